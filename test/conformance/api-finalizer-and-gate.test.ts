import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { createPod, readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { RawApi } from '../support/raw-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { unboundPod } from '../support/test-pod.ts'

/** What the executor sends when an outcome is committed, and when a launch is bound; see loops/outcomes/outcome-finalizer.ts, launch-gate.ts. */
const outcomeTaken = (uid: string, labels: Record<string, string> = {}) => ({
  metadata: { uid, labels, '$deleteFromPrimitiveList/finalizers': ['davit/outcome'] },
})
const gateLifted = (uid: string) => ({
  metadata: { uid },
  spec: { schedulingGates: [{ name: 'davit/launch', $patch: 'delete' }] },
})
const OTHER_UID = '00000000-0000-4000-8000-000000000000'

conformance('finalizers and gates by strategic patches', { needs: ['scriptedPods'] }, (it) => {
  it('takes one finalizer off and sets a label in one request, and leaves the others', async ({
    backend,
    api,
    namespace,
  }) => {
    using executor = new RawApi(backend.executorKubeconfig)
    const finalizers = ['davit.test/a', 'davit/outcome', 'davit.test/b']
    const { metadata } = await createPod(api, namespace, unboundPod('p', { finalizers }))
    const path = podsPath(namespace, 'p')
    const taken = outcomeTaken(metadata.uid, { airflow_executor_done: 'True' })
    const patched = await executor.patch<StoredPod>(path, 'strategic', taken)
    expect(patched.status, patched.text).toBe(200)
    expect(patched.body.metadata.labels).toEqual({ airflow_executor_done: 'True' })
    expect(patched.body.metadata.finalizers).toEqual(['davit.test/a', 'davit.test/b'])
    const again = await executor.patch<StoredPod>(path, 'strategic', taken)
    expect([again.status, again.body.metadata.resourceVersion]).toEqual([200, patched.body.metadata.resourceVersion])
    await api.patch(path, 'merge', { metadata: { finalizers: null } })
  })

  it('takes it for no pod but the one whose uid is named', async ({ backend, api, namespace }) => {
    using executor = new RawApi(backend.executorKubeconfig)
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit/outcome'] }))
    const path = podsPath(namespace, 'p')
    const { status, body } = await executor.patch<{ reason: string }>(path, 'strategic', outcomeTaken(OTHER_UID))
    expect([status, body.reason]).toEqual([422, 'Invalid'])
    expect((await readPod(api, namespace, 'p'))?.metadata.finalizers).toEqual(['davit/outcome'])
    await api.patch(path, 'merge', { metadata: { finalizers: null } })
    const gone = await executor.patch(podsPath(namespace, 'nobody'), 'strategic', outcomeTaken(OTHER_UID))
    expect(gone.status).toBe(404)
  })

  it('keeps a deleted pod with its end until the finalizer goes', async ({ backend, api, namespace }) => {
    using executor = new RawApi(backend.executorKubeconfig)
    const pod = scriptedPod('p', { hold: true }, { finalizers: ['davit/outcome'] })
    pod.spec = { containers: [], ...pod.spec, nodeSelector: backend.nodeSelector }
    const { metadata } = await createPod(api, namespace, pod)
    await untilPhase(api, namespace, 'p', 'Running')
    await api.delete(podsPath(namespace, 'p'))
    const ended = await untilPhase(api, namespace, 'p', 'Failed')
    expect(ended.metadata.deletionTimestamp).toBeDefined()
    expect(ended.status.containerStatuses?.[0]?.state?.terminated?.exitCode).toBe(143)
    const patched = await executor.patch<StoredPod>(podsPath(namespace, 'p'), 'strategic', outcomeTaken(metadata.uid))
    expect(patched.status).toBe(200)
    await untilGone(api, namespace, 'p')
  })

  it('fails a deleted pod that no node has, and that a finalizer keeps, within 20 s', async ({
    backend,
    api,
    namespace,
  }) => {
    const finalizers = ['davit.test/a']
    const { metadata } = await createPod(api, namespace, unboundPod('p', { finalizers }))
    await api.delete(podsPath(namespace, 'p'))
    backend.passTime(20_000)
    const failed = await untilPhase(api, namespace, 'p', 'Failed', { withinMs: 30_000 })
    expect(failed.status).toEqual({ phase: 'Failed', qosClass: 'BestEffort', observedGeneration: 2 })
    expect([failed.metadata.uid, failed.metadata.finalizers]).toEqual([metadata.uid, finalizers])
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
    await untilGone(api, namespace, 'p')
  })

  it('holds a pod back by a gate, and lets it go when that is lifted', async ({ backend, api, namespace }) => {
    using executor = new RawApi(backend.executorKubeconfig)
    const pod = scriptedPod('p', { runMs: 10 })
    const gates = [{ name: 'davit/launch' }]
    pod.spec = { containers: [], ...pod.spec, nodeSelector: backend.nodeSelector, schedulingGates: gates }
    const { metadata } = await createPod(api, namespace, pod)
    const held = await eventually(async () => {
      const seen = await readPod(api, namespace, 'p')
      return seen?.status.conditions?.find(({ type }) => type === 'PodScheduled')
    })
    expect(held).toMatchObject({ status: 'False', reason: 'SchedulingGated' })
    const path = podsPath(namespace, 'p')
    expect((await executor.patch(path, 'strategic', gateLifted(OTHER_UID))).status).toBe(422)
    const lifted = await executor.patch<StoredPod>(path, 'strategic', gateLifted(metadata.uid))
    expect(lifted.status, lifted.text).toBe(200)
    expect(lifted.body.spec?.schedulingGates ?? []).toEqual([])
    await untilPhase(api, namespace, 'p', 'Succeeded')
    expect((await executor.patch(path, 'strategic', gateLifted(metadata.uid))).status).toBe(200)
  })

  it('lifts one gate of two', async ({ backend, api, namespace }) => {
    using executor = new RawApi(backend.executorKubeconfig)
    const gates = [{ name: 'davit.test/other' }, { name: 'davit/launch' }]
    const { metadata } = await createPod(api, namespace, unboundPod('p', { spec: { schedulingGates: gates } }))
    const { status, body } = await executor.patch<StoredPod>(
      podsPath(namespace, 'p'),
      'strategic',
      gateLifted(metadata.uid),
    )
    expect([status, body.spec?.schedulingGates]).toEqual([200, [{ name: 'davit.test/other' }]])
  })
})
