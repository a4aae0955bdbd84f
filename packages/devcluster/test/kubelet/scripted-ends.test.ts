import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { Kubelet } from '../../src/kubelet/kubelet.ts'
import { SCRIPTED_ENDS } from '../../src/kubelet/scripted-ends.ts'
import { createScriptedKubelet } from '../../src/kubelet/scripted-kubelet.ts'
import type { Pod } from '../../src/types.ts'
import { MemoryCluster } from '../support/memory-cluster.ts'

let clock: FakeClock
let cluster: MemoryCluster
let kubelet: Kubelet

beforeEach(async () => {
  clock = new FakeClock()
  cluster = new MemoryCluster()
  kubelet = createScriptedKubelet({ access: cluster, clock, nodeName: 'node-1' })
  await kubelet.start()
})

afterEach(async () => {
  await kubelet.stop()
  expect(clock.pendingCount).toBe(0)
})

function create(end: string, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod {
  return cluster.create({
    metadata: { name: 'p', annotations: { 'script.davit/end': end, 'script.davit/run-ms': '2000' } },
    spec: { nodeName: 'node-1', restartPolicy: 'Never', containers: [{ name: 'base', image: 'r.test/a:1' }], ...spec },
  })
}

const last = () => cluster.statuses.get('p')?.at(-1)
const shown = () => {
  const { waiting, running, terminated } = last()?.containerStatuses?.[0]?.state ?? {}
  return [
    last()?.phase,
    last()?.reason,
    running ? 'running' : (waiting?.reason ?? terminated?.reason),
    terminated?.exitCode,
  ]
}

// The whole statuses are in the conformance suite, where a real API server and kwok stand beside them.
describe('an end of a script', () => {
  const running: readonly (readonly [end: string, shown: readonly unknown[]])[] = [
    ['Error', [undefined, 'Error', 1]],
    ['OOMKilled', [undefined, 'OOMKilled', 137]],
    ['Unknown', [undefined, 'Unknown', 255]],
    ['Evicted', ['Evicted', 'Error', 143]],
    ['Preempting', ['Preempting', 'Error', 143]],
    ['Terminated', ['Terminated', 'Error', 143]],
    ['DeletionByPodGC', [undefined, 'running', undefined]],
    ['DeletionByTaintManager', [undefined, 'Error', 143]],
    ['EvictionByEvictionAPI', [undefined, 'Error', 143]],
    ['PreemptionByScheduler', [undefined, 'Error', 143]],
  ]
  it.each(running)('comes to a pod that runs: %s', async (end, expected) => {
    create(end)
    await clock.advance(1_999)
    expect(shown()).toEqual(['Running', undefined, 'running', undefined])
    await clock.advance(1)
    expect(shown()).toEqual(['Failed', ...expected])
  })

  const never: readonly (readonly [end: string, shown: readonly unknown[]])[] = [
    ...[
      'CreateContainerConfigError',
      'CreateContainerError',
      'ErrImagePull',
      'ErrImageNeverPull',
      'ImageInspectError',
      'InvalidImageName',
      'RegistryUnavailable',
    ].map((reason) => [reason, ['Pending', undefined, reason, undefined]] as const),
    ['FailedCreatePodSandBox', ['Pending', undefined, 'ContainerCreating', undefined]],
    ['FailedMount', ['Pending', undefined, 'ContainerCreating', undefined]],
    ['StartError', ['Failed', undefined, 'StartError', 128]],
    ...['NodeAffinity', 'OutOfcpu', 'UnexpectedAdmissionError'].map(
      (reason) => [reason, ['Failed', reason, undefined, undefined]] as const,
    ),
  ]
  it.each(never)('comes at once: %s', async (end, expected) => {
    create(end)
    await clock.advance(0)
    expect(shown()).toEqual(expected)
  })

  it('is tried here, whatever it is', () => {
    expect([...running, ...never].map(([end]) => end).sort()).toEqual(Object.keys(SCRIPTED_ENDS).sort())
  })

  it('comes from a condition and a deletion, where a controller brings it about', async () => {
    create('PreemptionByScheduler')
    await clock.advance(2_000)
    expect(cluster.pod('default', 'p')).toBeUndefined()
    const statuses = cluster.statuses.get('p') ?? []
    const announced = statuses.findIndex(({ conditions }) =>
      conditions?.some(({ type }) => type === 'DisruptionTarget'),
    )
    expect(statuses[announced]?.phase).toBe('Running')
    expect(statuses[announced]?.conditions?.at(-1)).toMatchObject({
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'PreemptionByScheduler',
    })
    expect(statuses.at(-1)?.conditions?.[0]?.type).toBe('DisruptionTarget')
  })

  it('calls a registry that does not answer by its name, then backs off', async () => {
    create('RegistryUnavailable')
    await clock.advance(5_000)
    const { reason, message } = last()?.containerStatuses?.[0]?.state?.waiting ?? {}
    const refused = 'dial tcp 192.0.2.1:443: connect: connection refused'
    expect(reason).toBe('ImagePullBackOff')
    expect(message).toBe(
      `Back-off pulling image "r.test/a:1": RegistryUnavailable: image pull failed for r.test/a:1 because the registry is unavailable: ${refused}`,
    )
    expect(cluster.eventsOf('p')).toContain(
      `Failed: Failed to pull image "r.test/a:1": RegistryUnavailable: ${refused}`,
    )
  })

  it.each(['FailedMount', 'FailedCreatePodSandBox'])('%s is told by events, again and again', async (end) => {
    create(end)
    await clock.advance(2_000)
    const told = cluster.eventsOf('p').filter((event) => event.startsWith(`${end}: `))
    expect(told.length).toBeGreaterThan(1)
  })

  it('of an init container comes when it has run', async () => {
    create('Init:OOMKilled', { initContainers: [{ name: 'first', image: 'r.test/a:1' }] })
    await clock.advance(1_999)
    expect(last()?.initContainerStatuses?.[0]?.state?.running).toBeDefined()
    await clock.advance(1)
    expect(last()?.phase).toBe('Failed')
    expect(last()?.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 137, reason: 'OOMKilled' })
  })

  it('that nobody knows is told in the container’s state, with those that there are', async () => {
    create('Exploded')
    await clock.advance(0)
    const { reason, message } = last()?.containerStatuses?.[0]?.state?.waiting ?? {}
    expect(reason).toBe('CreateContainerConfigError')
    expect(message).toMatch(
      /^annotation script\.davit\/end: "Exploded" is none of Error, OOMKilled, .*; Init: may stand/,
    )
  })

  it('restarts what the policy restarts', async () => {
    create('OOMKilled', { restartPolicy: 'OnFailure' })
    await clock.advance(2_000)
    expect(last()?.phase).toBe('Running')
    expect(last()?.containerStatuses?.[0]).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    })
  })
})
