import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import {
  anyContainerId,
  anyTime,
  conditionTexts,
  containerStatus,
  ended,
  stateText,
} from '../support/container-states.ts'
import { changesUntil, createPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'

/** A line without its repetitions. */
const distinct = (texts: readonly string[]) => texts.filter((text, at) => text !== texts[at - 1])

conformance('the phases of a pod', { runtime: 'process', concurrent: true }, (it) => {
  it('are told one after the other', async ({ api, backend, namespace }) => {
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'sleep 1.2'))
    const pods = [created, ...(await changesUntil(api, created, ({ status }) => status.phase === 'Succeeded'))]
    const shown = pods.map((pod) => {
      const state = pod.status.containerStatuses?.[0]?.state
      return `${pod.status.phase}${state ? `, ${stateText(state)}` : ''}`
    })
    expect(distinct(shown)).toEqual([
      'Pending',
      'Pending, waiting ContainerCreating',
      'Running, running',
      'Running, terminated 0 Completed',
      'Succeeded, terminated 0 Completed',
    ])
  })

  it('Running: the container runs, and everything is ready', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'sleep 60'))
    const pod = await untilPhase(api, namespace, 'p', 'Running', { withinMs: 30_000 })
    expect(conditionTexts(pod)).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    })
    expect(containerStatus(pod)).toMatchObject({
      name: 'base',
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: anyTime } },
      lastState: {},
      containerID: anyContainerId,
    })
    const { podIP, podIPs, hostIP, hostIPs, startTime, qosClass } = pod.status
    expect({ podIPs, hostIPs, startTime, qosClass }).toEqual({
      podIPs: [{ ip: podIP }],
      hostIPs: [{ ip: hostIP }],
      startTime: anyTime,
      qosClass: 'BestEffort',
    })
    expect([podIP, hostIP]).toEqual([expect.stringMatching(/^[\d.]+$/), expect.stringMatching(/^[\d.]+$/)])
  })

  it('Succeeded: the container is over, and nothing is ready', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'true'))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', { withinMs: 30_000 })
    expect(conditionTexts(pod)).toEqual({
      PodReadyToStartContainers: 'False',
      Initialized: 'True PodCompleted',
      Ready: 'False PodCompleted',
      ContainersReady: 'False PodCompleted',
      PodScheduled: 'True',
    })
    expect(containerStatus(pod)).toMatchObject({
      ready: false,
      started: false,
      restartCount: 0,
      state: ended(0),
      lastState: {},
    })
  })

  it('Failed: with the code', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'exit 3'))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', { withinMs: 30_000 })
    expect(conditionTexts(pod)).toEqual({
      PodReadyToStartContainers: 'False',
      Initialized: 'True',
      Ready: 'False PodFailed',
      ContainersReady: 'False PodFailed',
      PodScheduled: 'True',
    })
    expect(containerStatus(pod).state).toEqual(ended(3))
    expect([pod.status.reason, pod.status.message]).toEqual([undefined, undefined])
  })

  it('Running as long as one of several containers does', async ({ api, backend, namespace }) => {
    const containers = [shellContainer('short', 'sleep 1; exit 4'), shellContainer('long', 'sleep 3')]
    const created = await createPod(api, namespace, shellPod(backend, 'p', '', { spec: { containers } }))
    const changes = await changesUntil(
      api,
      created,
      ({ status }) => status.containerStatuses?.[1]?.state?.terminated !== undefined,
    )
    const between = changes.at(-1) ?? created
    expect([between.status.phase, stateText(containerStatus(between, 'long').state)]).toEqual(['Running', 'running'])
    expect(conditionTexts(between)).toMatchObject({ Ready: 'False ContainersNotReady' })
    const pod = await untilPhase(api, namespace, 'p', 'Failed', { withinMs: 30_000 })
    expect(['short', 'long'].map((name) => stateText(containerStatus(pod, name).state))).toEqual([
      'terminated 4 Error',
      'terminated 0 Completed',
    ])
  })
})
