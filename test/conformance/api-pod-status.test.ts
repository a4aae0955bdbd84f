import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { qualifiedNameRule, subdomainRule } from '../support/name-rules.ts'
import { createPod, readPod, type StoredPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const statusPath = (namespace: string, name = 'p') => podsPath(namespace, name, 'status')
const setStatus = (api: RawApi, namespace: string, status: object) =>
  api.patch<StoredPod>(statusPath(namespace), 'merge', { status })
const containerStatus = (name: string, state: object) => ({
  name,
  image: 'busybox',
  imageID: '',
  ready: false,
  restartCount: 0,
  state,
})
const terminated = (exitCode: number) => ({ terminated: { exitCode } })
const running = { running: { startedAt: '2026-01-01T00:00:00Z' } }

conformance('status of pods', {}, (it) => {
  it('is read beside the pod, and replaced with its metadata but not its spec', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p', { labels: { a: '1' } }))
    expect((await api.get(statusPath(namespace))).body).toEqual(before)
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'q', uid: 'u' }
    const { status, body } = await api.put<StoredPod>(statusPath(namespace), {
      ...before,
      metadata: {
        ...before.metadata,
        labels: { b: '2' },
        annotations: { c: '3' },
        ownerReferences: [owner],
        generation: 9,
      },
      spec: { ...before.spec, activeDeadlineSeconds: 5 },
      status: { phase: 'Running', reason: 'R', message: 'M' },
    })
    expect([status, body.spec]).toEqual([200, before.spec])
    expect(body.status).toEqual({ phase: 'Running', reason: 'R', message: 'M', qosClass: 'BestEffort' })
    expect(body.metadata).toMatchObject({ labels: { b: '2' }, annotations: { c: '3' }, generation: 1 })
    expect(body.metadata).not.toHaveProperty('ownerReferences')
  })

  it('is not replaced under an old version, but without one', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    await setStatus(api, namespace, { phase: 'Running' })
    expect((await api.put(statusPath(namespace), before)).body).toEqual(
      refusal(
        409,
        'Conflict',
        'Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the latest version and try again',
        { name: 'p', kind: 'pods' },
      ),
    )
    const any = { metadata: { name: 'p' }, status: { phase: 'Pending' } }
    expect((await api.put(statusPath(namespace), any)).body).toMatchObject({ status: { phase: 'Pending' } })
    expect((await api.put(statusPath(namespace), { status: {} })).body).toEqual(
      badRequest('the name of the object (p based on URL) was undeterminable: name must be provided'),
    )
  })

  it('is changed by every kind of patch; a new condition comes first in a strategic one', async ({
    api,
    namespace,
  }) => {
    await createPod(api, namespace, unboundPod('p'))
    const condition = (type: string) => ({ type, status: 'True' })
    const types = ({ status }: StoredPod) => status.conditions?.map(({ type }) => type)
    const merged = await setStatus(api, namespace, { conditions: [condition('A'), condition('B')] })
    expect(types(merged.body)).toEqual(['A', 'B'])
    const added = { status: { conditions: [condition('C'), condition('B')] } }
    const strategic = await api.patch<StoredPod>(statusPath(namespace), 'strategic', added)
    expect(types(strategic.body)).toEqual(['C', 'A', 'B'])
    const json = await api.patch<StoredPod>(statusPath(namespace), 'json', [
      { op: 'replace', path: '/status/phase', value: 'Failed' },
    ])
    expect([json.body.status.phase, types(json.body)]).toEqual(['Failed', ['C', 'A', 'B']])
  })

  it('says whatever phase it is given, also the one from before', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    for (const phase of ['Succeeded', 'Running', 'Whatever']) {
      expect((await setStatus(api, namespace, { phase })).body.status.phase).toBe(phase)
    }
  })

  it('keeps the class of the pod, and tells its address twice', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    expect((await setStatus(api, namespace, { qosClass: null })).body.status.qosClass).toBe('BestEffort')
    const told = await setStatus(api, namespace, { podIP: '1.2.3.4' })
    expect(told.body.status).toMatchObject({ podIP: '1.2.3.4', podIPs: [{ ip: '1.2.3.4' }] })
    const other = await setStatus(api, namespace, { podIP: '1.2.3.5' })
    expect(other.body.status).toMatchObject({ podIP: '1.2.3.5', podIPs: [{ ip: '1.2.3.5' }] })
  })

  it.for<readonly [status: object, ...causes: Cause[]]>([
    [{ qosClass: 'Guaranteed' }, ['Invalid', 'status.qosClass', 'Invalid value: "Guaranteed": field is immutable']],
    [{ nominatedNodeName: 'A_b' }, ['Invalid', 'status.nominatedNodeName', `Invalid value: "A_b": ${subdomainRule}`]],
    [
      { conditions: [{ type: 'a b', status: 'True' }] },
      ['Invalid', 'status.conditions[0].Type', `Invalid value: "a b": ${qualifiedNameRule}`],
    ],
    [
      { podIP: 'x', podIPs: [{ ip: 'x' }] },
      [
        'Invalid',
        'status.podIPs[0]',
        'Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
      ],
    ],
    [
      { podIP: '1.1.1.1', podIPs: [{ ip: '1.1.1.1' }, { ip: '2.2.2.2' }] },
      [
        'Invalid',
        'status.podIPs',
        'Invalid value: [{"IP":"1.1.1.1"},{"IP":"2.2.2.2"}]: may specify no more than one IP for each IP family',
      ],
    ],
    [
      { hostIP: '1.1.1.1', hostIPs: [{ ip: '2.2.2.2' }] },
      ['Invalid', 'status.hostIPs[0].ip', 'Invalid value: "2.2.2.2": must be equal to `hostIP`'],
    ],
  ])('refuses %j', async ([status, ...causes], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    expect((await setStatus(api, namespace, status)).body).toEqual(invalid({ kind: 'Pod', name: 'p' }, ...causes))
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it.for<readonly [restartPolicy: string, exitCode: number, comesBack: boolean]>([
    ['Never', 1, false],
    ['OnFailure', 1, true],
    ['OnFailure', 0, false],
    ['Always', 0, true],
  ])(
    'lets a container come back as the pod is restarted: %s, exit code %i',
    async ([restartPolicy, exitCode, comesBack], { api, namespace }) => {
      await createPod(api, namespace, unboundPod('p', { spec: { restartPolicy } }))
      await setStatus(api, namespace, { containerStatuses: [containerStatus('base', terminated(exitCode))] })
      const { status, body } = await setStatus(api, namespace, {
        containerStatuses: [containerStatus('base', running)],
      })
      if (comesBack) {
        expect(status).toBe(200)
        return
      }
      expect(body).toEqual(
        invalid({ kind: 'Pod', name: 'p' }, [
          'Forbidden',
          'status.containerStatuses[0].state',
          'Forbidden: may not be transitioned to non-terminated state',
        ]),
      )
    },
  )

  it('takes a status of a container that is not there', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const { body } = await setStatus(api, namespace, { containerStatuses: [containerStatus('other', terminated(0))] })
    expect(body.status.containerStatuses?.map(({ name }) => name)).toEqual(['other'])
  })

  it('is neither made nor deleted', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const notAllowed = 'the server does not allow this method on the requested resource'
    for (const answer of [await api.delete(statusPath(namespace)), await api.post(statusPath(namespace), {})]) {
      expect(answer.body).toEqual(refusal(405, 'MethodNotAllowed', notAllowed, {}))
    }
    expect((await api.patch(statusPath(namespace, 'nope'), 'merge', {})).body).toEqual(notFound('pods', 'nope'))
  })
})
