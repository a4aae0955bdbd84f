import type { Pod, Taint, Toleration } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { HandmadeNode } from '../support/nodes-by-api.ts'
import { plainStatus } from '../support/plain-status.ts'
import { createPod, readPod, type StoredPod, untilGone } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { testPod } from '../support/test-pod.ts'

const notReady = 'node.kubernetes.io/not-ready'
const unreachable = 'node.kubernetes.io/unreachable'

const tolerating = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
})

/** In any order: the controllers add them as they come to it. */
const taints = (given: readonly Taint[] | undefined) =>
  (given ?? []).map(({ key, effect, timeAdded }) => `${key}:${effect} ${timeAdded ? 'since' : ''}`.trim()).sort()

const plainConditions = (pod: StoredPod | null) => plainStatus(pod?.status.conditions)

/** What a kubelet would have reported: the pod runs. */
const running = {
  phase: 'Running',
  conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
  containerStatuses: [
    {
      name: 'base',
      image: 'busybox',
      imageID: '',
      ready: true,
      restartCount: 0,
      state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
    },
  ],
}
const ready = { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: 'time' }
const disrupted = (reason: string, message: string) => ({
  type: 'DisruptionTarget',
  observedGeneration: 1,
  status: 'True',
  lastProbeTime: null,
  lastTransitionTime: 'time',
  reason,
  message,
})
const byTaintManager = disrupted('DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint')

/** A pod that runs on a node whose kubelet the case plays. */
async function runPod(
  api: RawApi,
  namespace: string,
  node: HandmadeNode,
  name: string,
  spec: Partial<NonNullable<Pod['spec']>> = {},
): Promise<void> {
  await createPod(api, namespace, testPod(name, { spec: { nodeName: node.name, ...spec } }))
  const { status, text } = await api.patch(`${podsPath(namespace, name)}/status`, 'merge', { status: running })
  if (status !== 200) throw new Error(`pod ${name} cannot be reported: ${text}`)
}

const suffix = (namespace: string) => namespace.slice(-8)

const evictionEvents = async (api: RawApi, namespace: string) => {
  const { body } = await api.get<{ items: { reason: string; message: string }[] }>(
    `/api/v1/namespaces/${namespace}/events`,
  )
  return body.items.filter(({ reason }) => reason === 'TaintManagerEviction').map(({ message }) => message)
}

conformance('a node that is not ready', {}, (it) => {
  it('is tainted; its pods go when they tolerate it no longer, and stay as long as nobody ends them', async ({
    api,
    namespace,
  }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    await runPod(api, namespace, node, 'soon', { tolerations: [tolerating(notReady, 1)] })
    await runPod(api, namespace, node, 'later')
    await runPod(api, namespace, node, 'never', { tolerations: [tolerating(notReady)] })
    await node.report('False', 'KubeletNotReady')
    await expect
      .poll(async () => taints((await node.read()).spec?.taints), { timeout: 30_000 })
      .toEqual([`${notReady}:NoExecute since`, `${notReady}:NoSchedule since`])
    const pod = await eventually(
      async () => {
        const found = await readPod(api, namespace, 'soon')
        return found?.metadata.deletionTimestamp ? found : null
      },
      { withinMs: 30_000 },
    )
    expect(pod.metadata).toMatchObject({ deletionGracePeriodSeconds: 30, generation: 2 })
    expect([pod.status.phase, plainConditions(pod)]).toEqual(['Running', [ready, byTaintManager]])
    expect(pod.status.containerStatuses?.[0]?.state?.running).toBeDefined()
    expect(await evictionEvents(api, namespace)).toContain(`Marking for deletion Pod ${namespace}/soon`)
    for (const name of ['later', 'never']) {
      const left = await readPod(api, namespace, name)
      expect([left?.metadata.deletionTimestamp, plainConditions(left)]).toEqual([undefined, [ready]])
    }
  })

  it('takes them back when it is ready again', async ({ api, namespace }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    await runPod(api, namespace, node, 'p')
    await node.report('False', 'KubeletNotReady')
    await expect.poll(async () => (await node.read()).spec?.taints?.length, { timeout: 30_000 }).toBe(2)
    await node.report('True', 'KubeletReady')
    await expect.poll(async () => (await node.read()).spec?.taints, { timeout: 30_000 }).toBeUndefined()
    await expect
      .poll(() => evictionEvents(api, namespace), { timeout: 30_000 })
      .toEqual([`Cancelling deletion of Pod ${namespace}/p`])
    expect((await readPod(api, namespace, 'p'))?.metadata.deletionTimestamp).toBeUndefined()
  })
})

conformance('a node that is tainted by hand', {}, (it) => {
  it('loses the pods that do not tolerate NoExecute, at once', async ({ api, namespace }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    const key = 'davit.test/away'
    await runPod(api, namespace, node, 'goes')
    await runPod(api, namespace, node, 'stays', { tolerations: [tolerating(key)] })
    await node.taint([{ key, effect: 'NoSchedule' }])
    await node.taint([
      { key, effect: 'NoSchedule' },
      { key, effect: 'NoExecute', value: 'x' },
    ])
    const gone = await eventually(async () => {
      const found = await readPod(api, namespace, 'goes')
      return found?.metadata.deletionTimestamp ? found : null
    })
    expect(plainConditions(gone)).toEqual([ready, byTaintManager])
    expect((await readPod(api, namespace, 'stays'))?.metadata.deletionTimestamp).toBeUndefined()
    expect(taints((await node.read()).spec?.taints)).toEqual([`${key}:NoExecute`, `${key}:NoSchedule`])
  })

  it('lets no pod in that does not tolerate NoExecute', async ({ api, namespace }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    await node.taint([{ key: 'davit.test/away', effect: 'NoExecute' }])
    await expect.poll(async () => (await node.read()).spec?.taints?.length).toBe(1)
    await runPod(api, namespace, node, 'p')
    await expect
      .poll(async () => (await readPod(api, namespace, 'p'))?.metadata.deletionTimestamp, { timeout: 10_000 })
      .toMatch(/Z$/)
  })
})

conformance('a pod whose node has no kubelet', {}, (it) => {
  it('stays when it is deleted, until it is deleted without grace', async ({ api, namespace }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    await runPod(api, namespace, node, 'p')
    expect((await api.delete(podsPath(namespace, 'p'))).status).toBe(200)
    expect((await readPod(api, namespace, 'p'))?.metadata.deletionGracePeriodSeconds).toBe(30)
    await api.delete(withQuery(podsPath(namespace, 'p'), { gracePeriodSeconds: 5 }))
    const hastened = await readPod(api, namespace, 'p')
    expect([hastened?.metadata.deletionGracePeriodSeconds, hastened?.status.phase]).toEqual([5, 'Running'])
    await api.delete(withQuery(podsPath(namespace, 'p'), { gracePeriodSeconds: 0 }))
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('is kept by its finalizer also then', async ({ api, namespace }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    const kept = testPod('p', { spec: { nodeName: node.name }, finalizers: ['davit.test/keep'] })
    await createPod(api, namespace, kept)
    await api.delete(withQuery(podsPath(namespace, 'p'), { gracePeriodSeconds: 0 }))
    expect((await readPod(api, namespace, 'p'))?.metadata).toMatchObject({
      finalizers: ['davit.test/keep'],
      deletionGracePeriodSeconds: 0,
    })
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })
})

// Kubernetes takes its time here, and nothing hurries it: they wait side by side.
conformance('a node that is lost', {}, (it) => {
  it.concurrent('is unknown when it has been silent, and its pods are not ready', { timeout: 120_000 }, async ({
    api,
    backend,
    namespace,
    expect,
  }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    await runPod(api, namespace, node, 'soon', { tolerations: [tolerating(unreachable, 1)] })
    await runPod(api, namespace, node, 'later')
    backend.passTime(50_000)
    await expect
      .poll(async () => taints((await node.read()).spec?.taints), { timeout: 90_000, interval: 200 })
      .toEqual([`${unreachable}:NoExecute since`, `${unreachable}:NoSchedule since`])
    const never = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' }
    const { conditions } = (await node.read()).status ?? {}
    expect(conditions?.map(({ type, status, reason, message }) => ({ type, status, reason, message }))).toEqual([
      {
        type: 'Ready',
        status: 'Unknown',
        reason: 'NodeStatusUnknown',
        message: 'Kubelet stopped posting node status.',
      },
      { type: 'MemoryPressure', status: 'Unknown', ...never },
      { type: 'DiskPressure', status: 'Unknown', ...never },
      { type: 'PIDPressure', status: 'Unknown', ...never },
    ])
    const later = await readPod(api, namespace, 'later')
    expect([later?.status.phase, plainConditions(later)]).toEqual(['Running', [{ ...ready, status: 'False' }]])
    backend.passTime(1_000)
    await expect
      .poll(async () => (await readPod(api, namespace, 'soon'))?.metadata.deletionTimestamp, { timeout: 30_000 })
      .toMatch(/Z$/)
    const soon = await readPod(api, namespace, 'soon')
    expect(plainConditions(soon)).toEqual([{ ...ready, status: 'False' }, byTaintManager])
  })

  it.concurrent('takes its pods with it when it is deleted: failed, and gone', { timeout: 120_000 }, async ({
    api,
    backend,
    namespace,
    expect,
  }) => {
    await using node = await HandmadeNode.create(api, suffix(namespace))
    await runPod(api, namespace, node, 'p')
    await createPod(api, namespace, testPod('kept', { spec: { nodeName: node.name }, finalizers: ['davit.test/keep'] }))
    await node.delete()
    backend.passTime(40_000)
    await untilGone(api, namespace, 'p', { withinMs: 90_000 })
    const kept = await eventually(async () => {
      const found = await readPod(api, namespace, 'kept')
      return found?.metadata.deletionTimestamp ? found : null
    })
    expect(kept.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ['davit.test/keep'] })
    expect(plainStatus(kept.status)).toEqual({
      observedGeneration: 1,
      phase: 'Failed',
      qosClass: 'BestEffort',
      conditions: [disrupted('DeletionByPodGC', 'PodGC: node no longer exists')],
    })
    await api.patch(podsPath(namespace, 'kept'), 'merge', { metadata: { finalizers: null } })
  })
})
