import { describe, expect, it } from 'vitest'
import type { Pod } from '../../../src/kube/types.ts'
import { createPod } from '../../../src/loops/launching/create-pod.ts'
import { apiError, connectionError, FakePods } from '../../support/fake-pods.ts'

function podOf(launch = '1-1-abcdefgh', deployment = 'default', extra: Pod['metadata'] = {}): Pod {
  return {
    metadata: {
      name: 'sales-extract-abcdefgh',
      namespace: 'default',
      labels: { 'davit-deployment': deployment, 'davit-launch': launch },
      annotations: { 'davit-launch': launch },
      ...extra,
    },
    spec: { containers: [{ name: 'base', image: 'busybox' }] },
  }
}

const unaccounted = { isAccounted: () => false }

describe('createPod', () => {
  it('sends the create with strict validation of its fields', async () => {
    const pods = new FakePods()
    const result = await createPod(pods, podOf(), unaccounted)
    expect(result).toMatchObject({ kind: 'ours', found: false, pod: { metadata: { uid: expect.any(String) } } })
    expect(pods.requests[0]?.options).toMatchObject({ fieldValidation: 'Strict' })
  })

  it('I1: takes the pod of its own launch, alive or ended', async () => {
    for (const phase of ['Pending', 'Running', 'Succeeded', 'Failed'] as const) {
      const pods = new FakePods()
      const { metadata } = pods.put({ ...podOf(), status: { phase } })
      expect(await createPod(pods, podOf(), unaccounted)).toMatchObject({
        kind: 'ours',
        found: true,
        pod: { metadata: { uid: metadata?.uid }, status: { phase } },
      })
    }
  })

  it('I1: puts its name on the pod of its own launch that another executor had created', async () => {
    const ownedBy = (owner: string) => {
      const { metadata, ...pod } = podOf()
      return { ...pod, metadata: { ...metadata, labels: { ...metadata?.labels, 'airflow-worker': owner } } }
    }
    const pods = new FakePods()
    const { metadata } = pods.put(ownedBy('1'))
    expect(await createPod(pods, ownedBy('2'), unaccounted)).toMatchObject({
      kind: 'ours',
      found: true,
      pod: { metadata: { uid: metadata?.uid, labels: { 'airflow-worker': '2' } } },
    })
    expect(await createPod(pods, ownedBy('2'), unaccounted)).toMatchObject({ kind: 'ours', found: true })
    expect(pods.count('patch')).toBe(1)
  })

  it('waits when the pod changes hands while it is looked at', async () => {
    const pods = new FakePods()
    pods.put(podOf('1-1-abcdefgh', 'default'))
    pods.fault({ verb: 'patch', error: apiError(409, 'Conflict', 'the object has been modified') })
    const wanted = podOf()
    const labels = { ...wanted.metadata?.labels, 'airflow-worker': '2' }
    const result = await createPod(pods, { ...wanted, metadata: { ...wanted.metadata, labels } }, unaccounted)
    expect(result).toMatchObject({ kind: 'refused', refusal: { action: 'wait', cause: 'name-taken' } })
  })

  it('I1: waits for a pod of its own launch that is going, or is accounted for', async () => {
    const going = new FakePods()
    going.put(podOf('1-1-abcdefgh', 'default', { deletionTimestamp: '2026-01-01T00:00:00Z' }))
    expect(await createPod(going, podOf(), unaccounted)).toMatchObject({ kind: 'leaving' })
    const ended = new FakePods()
    ended.put({ ...podOf(), status: { phase: 'Succeeded' } })
    expect(await createPod(ended, podOf(), { isAccounted: () => true })).toMatchObject({ kind: 'leaving' })
  })

  it('I1: leaves a foreign pod alone, and names both launches', async () => {
    for (const foreign of [
      podOf('1-2-abcdefgh'),
      podOf('1-1-abcdefgh', 'theirs'),
      { metadata: { name: 'sales-extract-abcdefgh' } },
    ]) {
      const pods = new FakePods()
      const { metadata } = pods.put(foreign)
      const result = await createPod(pods, podOf(), unaccounted)
      expect(result).toMatchObject({ kind: 'foreign', failure: { class: 'config' } })
      if (result.kind !== 'foreign') throw new Error('unreachable')
      expect(result.failure.message).toContain('1-1-abcdefgh')
      expect(result.failure.message).toContain(String(metadata?.uid))
      expect(pods.count('delete') + pods.count('patch')).toBe(0)
    }
  })

  it('tells a pod whose end was accounted for by an earlier process', async () => {
    const pods = new FakePods()
    const pod = podOf()
    pods.put({
      ...pod,
      metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, airflow_executor_done: 'True' } },
      status: { phase: 'Failed' },
    })
    expect(await createPod(pods, podOf(), unaccounted)).toMatchObject({ kind: 'done' })
  })

  it('passes refusals on, and those of the question too', async () => {
    const pods = new FakePods()
    pods.fault({ verb: 'create', error: connectionError('timeout') })
    expect(await createPod(pods, podOf(), unaccounted)).toMatchObject({
      kind: 'refused',
      refusal: { action: 'repeat', cause: 'connection-timeout' },
    })
    pods.put(podOf())
    pods.fault({ verb: 'get', error: apiError(503, 'ServiceUnavailable', 'later') })
    expect(await createPod(pods, podOf(), unaccounted)).toMatchObject({
      kind: 'refused',
      refusal: { action: 'repeat' },
    })
    pods.fault({ verb: 'get', error: apiError(404, 'NotFound', 'pods "x" not found') })
    expect(await createPod(pods, podOf(), unaccounted)).toMatchObject({ kind: 'refused', refusal: { action: 'wait' } })
  })
})
