import type { ContainerStatus } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { anyTime, conditionTexts } from '../support/container-states.ts'
import { eventually } from '../support/eventually.ts'
import { createPod, readPod, type StoredPod, untilGone, untilPhase } from '../support/pods-by-api.ts'
import { type PodScript, scriptedPod } from '../support/scripted-pod.ts'

const terminated = (exitCode: number) => ({
  terminated: {
    exitCode,
    reason: exitCode === 0 ? 'Completed' : 'Error',
    startedAt: anyTime,
    finishedAt: anyTime,
    containerID: expect.stringMatching(/^\w+:\/\/./),
  },
})

const statesOf = (statuses: readonly ContainerStatus[] | undefined) =>
  Object.fromEntries((statuses ?? []).map(({ name, state }) => [name, state]))

conformance('scripted pods', { needs: ['scriptedPods'] }, (it) => {
  it('run: phase, addresses, conditions and container', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { hold: true }))
    const pod = await untilPhase(api, namespace, 'p', 'Running')
    expect(pod.spec?.nodeName).toMatch(/./)
    expect(pod.status).toMatchObject({
      startTime: anyTime,
      podIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      podIPs: [{ ip: pod.status.podIP }],
      hostIP: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
      qosClass: 'BestEffort',
      observedGeneration: 1,
    })
    expect(conditionTexts(pod)).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    })
    expect(pod.status.containerStatuses).toEqual([
      expect.objectContaining({
        name: 'base',
        state: { running: { startedAt: anyTime } },
        lastState: {},
        ready: true,
        started: true,
        restartCount: 0,
        image: expect.stringContaining('busybox'),
        containerID: expect.stringMatching(/^\w+:\/\/./),
      }),
    ])
  })

  it.for<readonly [script: PodScript, phase: string, exitCode: number, conditions: object]>([
    [
      { runMs: 10 },
      'Succeeded',
      0,
      { Initialized: 'True PodCompleted', Ready: 'False PodCompleted', ContainersReady: 'False PodCompleted' },
    ],
    [
      { runMs: 10, exitCode: 3 },
      'Failed',
      3,
      { Initialized: 'True', Ready: 'False PodFailed', ContainersReady: 'False PodFailed' },
    ],
  ])('end as they are told: %j', async ([script, phase, exitCode, conditions], { api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', script))
    const pod = await untilPhase(api, namespace, 'p', phase)
    expect(conditionTexts(pod)).toEqual({ ...conditions, PodReadyToStartContainers: 'False', PodScheduled: 'True' })
    expect(pod.status.containerStatuses).toEqual([
      expect.objectContaining({
        name: 'base',
        state: terminated(exitCode),
        ready: false,
        started: false,
        restartCount: 0,
      }),
    ])
  })

  it('run for as long as they are told, whatever changes meanwhile', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { runMs: 2_000 }))
    const { status } = await untilPhase(api, namespace, 'p', 'Running')
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { labels: { a: '1' } } })
    const ended = await untilPhase(api, namespace, 'p', 'Succeeded')
    const { startedAt, finishedAt } = ended.status.containerStatuses?.[0]?.state?.terminated ?? {}
    expect(startedAt).toBe(status.containerStatuses?.[0]?.state?.running?.startedAt)
    // Whole seconds at both ends.
    const ranMs = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')
    expect(ranMs).toBeGreaterThanOrEqual(1_000)
    expect(ranMs).toBeLessThanOrEqual(5_000)
  })

  it('run their init containers first, and end with the first container', async ({ api, namespace }) => {
    const spec = {
      initContainers: [
        { name: 'before', image: 'busybox' },
        { name: 'after', image: 'busybox' },
      ],
      containers: [
        { name: 'base', image: 'busybox' },
        { name: 'beside', image: 'busybox' },
      ],
    }
    await createPod(api, namespace, scriptedPod('p', { runMs: 300, exitCode: 3 }, { spec }))
    const { status } = await untilPhase(api, namespace, 'p', 'Failed')
    expect(statesOf(status.initContainerStatuses)).toEqual({ before: terminated(0), after: terminated(0) })
    expect(statesOf(status.containerStatuses)).toEqual({ base: terminated(3), beside: terminated(0) })
  })

  it('are held until they are deleted, and end by the signal', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { hold: true, runMs: 1 }, { finalizers: ['davit.test/keep'] }))
    await createPod(api, namespace, scriptedPod('other', { runMs: 200 }))
    await untilPhase(api, namespace, 'p', 'Running')
    await untilPhase(api, namespace, 'other', 'Succeeded')
    expect((await readPod(api, namespace, 'p'))?.status.phase).toBe('Running')
    await api.delete(podsPath(namespace, 'p'))
    const { status } = await untilPhase(api, namespace, 'p', 'Failed')
    expect(statesOf(status.containerStatuses)).toEqual({ base: terminated(143) })
    // What holds it now is the finalizer.
    const pod = await eventually(async () => {
      const found = await readPod(api, namespace, 'p')
      return found?.metadata.deletionGracePeriodSeconds === 0 ? found : null
    })
    expect(pod.metadata.finalizers).toEqual(['davit.test/keep'])
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('stay when they have ended, until they are deleted', async ({ api, namespace }) => {
    await createPod(api, namespace, scriptedPod('p', { runMs: 10 }, { finalizers: ['davit.test/keep'] }))
    await untilPhase(api, namespace, 'p', 'Succeeded')
    await api.delete(podsPath(namespace, 'p'))
    expect(await readPod(api, namespace, 'p')).toMatchObject({
      metadata: { deletionGracePeriodSeconds: 0 },
      status: { phase: 'Succeeded' },
    })
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('wait for a node that has room, and say why', async ({ api, namespace }) => {
    const resources = { requests: { cpu: '1000000' } }
    await createPod(api, namespace, scriptedPod('big', { runMs: 1 }, { container: { resources } }))
    await createPod(
      api,
      namespace,
      scriptedPod('odd', { runMs: 1 }, { spec: { nodeSelector: { 'davit.test/x': 'y' } } }),
    )
    const messageOf = (name: string) =>
      eventually(async () => {
        const condition = (await readPod(api, namespace, name))?.status.conditions?.find(
          ({ type }) => type === 'PodScheduled',
        )
        return condition?.status === 'False' && condition.reason === 'Unschedulable' ? condition.message : null
      })
    expect(await messageOf('big')).toMatch(/^0\/\d+ nodes are available: .*\d+ Insufficient cpu/)
    expect(await messageOf('odd')).toMatch(
      /^0\/\d+ nodes are available: .*\d+ node\(s\) didn't match Pod's node affinity\/selector/,
    )
    expect((await readPod(api, namespace, 'big'))?.status.phase).toBe('Pending')
  })

  it('wait for their gates', async ({ api, namespace }) => {
    const spec = { schedulingGates: [{ name: 'davit.test/gate' }] }
    await createPod(api, namespace, scriptedPod('gated', { runMs: 10 }, { spec }))
    await createPod(api, namespace, scriptedPod('free', { runMs: 10 }))
    await untilPhase(api, namespace, 'free', 'Succeeded')
    const gated = await readPod(api, namespace, 'gated')
    expect([gated?.status.phase, gated?.spec?.nodeName]).toEqual(['Pending', undefined])
    await api.patch(podsPath(namespace, 'gated'), 'json', [{ op: 'remove', path: '/spec/schedulingGates' }])
    await untilPhase(api, namespace, 'gated', 'Succeeded')
  })

  it('go one after the other under one name, as others', async ({ api, namespace }) => {
    const first = await createPod(api, namespace, scriptedPod('p', { hold: true }))
    await untilPhase(api, namespace, 'p', 'Running')
    await api.delete(podsPath(namespace, 'p'))
    await untilGone(api, namespace, 'p')
    const second = await createPod(api, namespace, scriptedPod('p', { runMs: 10 }))
    expect((await untilPhase(api, namespace, 'p', 'Succeeded')).metadata.uid).toBe(second.metadata.uid)
    expect(second.metadata.uid).not.toBe(first.metadata.uid)
  })

  it('run by the hundred', async ({ api, namespace }) => {
    const names = Array.from({ length: 100 }, (_, index) => `p${index}`)
    await Promise.all(
      names.map((name, index) => createPod(api, namespace, scriptedPod(name, { runMs: 100, exitCode: index % 2 }))),
    )
    const phases = await eventually(
      async () => {
        const { items } = (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body
        const ended = items.filter(({ status }) => /Succeeded|Failed/.test(status.phase))
        if (ended.length === names.length)
          return items.map(({ metadata, status }) => [metadata.name, status.phase] as const)
        throw new Error(`${ended.length} of ${names.length} have ended`)
      },
      { withinMs: 30_000, everyMs: 100 },
    )
    expect(Object.fromEntries(phases)).toEqual(
      Object.fromEntries(names.map((name, index) => [name, index % 2 === 0 ? 'Succeeded' : 'Failed'])),
    )
  })
})
