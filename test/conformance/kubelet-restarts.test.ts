import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { conditionTexts, containerStatus, ended, stateText } from '../support/container-states.ts'
import { changesUntil, createPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'

const waits = (reason: string) => (pod: StoredPod) =>
  pod.status.containerStatuses?.[0]?.state?.waiting?.reason === reason

/**
 * A kubelet may say that a container waits only at the end of its wait: it works out a pod's status before it finds that
 * a container is to wait, and comes back to the pod after up to 1.5 times the wait that is left (pod_workers.go, completeWork).
 */
const tillBackOffEnds = { withinMs: 60_000 }

conformance('restarts', { runtime: 'process', concurrent: true }, (it) => {
  it('come at once, then after 10 s, with the last end beside the wait', { timeout: 120_000 }, async ({
    api,
    backend,
    namespace,
  }) => {
    const spec = { restartPolicy: 'Always' }
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'exit 3', { spec }))
    const { name, uid } = created.metadata
    const waiting = (await changesUntil(api, created, waits('CrashLoopBackOff'))).at(-1) ?? created
    expect(waiting.status.phase).toBe('Running')
    expect(containerStatus(waiting)).toMatchObject({
      ready: false,
      started: false,
      restartCount: 1,
      state: {
        waiting: {
          reason: 'CrashLoopBackOff',
          message: `back-off 10s restarting failed container=base pod=${name}_${namespace}(${uid})`,
        },
      },
      lastState: ended(3),
    })
    expect(conditionTexts(waiting)).toMatchObject({
      Initialized: 'True',
      Ready: 'False ContainersNotReady',
      ContainersReady: 'False ContainersNotReady',
    })
    const later = await changesUntil(
      api,
      waiting,
      (pod) => waits('CrashLoopBackOff')(pod) && containerStatus(pod).restartCount === 2,
      tillBackOffEnds,
    )
    expect(containerStatus(later.at(-1) ?? waiting).state?.waiting?.message).toMatch(/^back-off 20s /)
  })

  it('OnFailure: after a failure, not after a success', async ({ api, backend, namespace }) => {
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }]
    const script = 'if [ -e /shared/seen ]; then exit 0; fi; touch /shared/seen; exit 4'
    const spec = { restartPolicy: 'OnFailure', volumes: [{ name: 'shared', emptyDir: {} }] }
    await createPod(api, namespace, shellPod(backend, 'p', script, { spec, container: { volumeMounts } }))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', { withinMs: 30_000 })
    expect(containerStatus(pod)).toMatchObject({ restartCount: 1, state: ended(0), lastState: ended(4) })
  })

  it('Always: after a success, too', async ({ api, backend, namespace }) => {
    const spec = { restartPolicy: 'Always' }
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec }))
    const waiting = (await changesUntil(api, created, waits('CrashLoopBackOff'))).at(-1) ?? created
    expect(containerStatus(waiting)).toMatchObject({ restartCount: 1, lastState: ended(0) })
    expect(waiting.status.phase).toBe('Running')
  })

  it('are each container’s own', async ({ api, backend, namespace }) => {
    const containers = [shellContainer('stays', 'sleep 60'), shellContainer('ends', 'sleep 0.5; exit 1')]
    const spec = { restartPolicy: 'Always', containers }
    const created = await createPod(api, namespace, shellPod(backend, 'p', '', { spec }))
    const again = (pod: StoredPod) =>
      pod.status.containerStatuses !== undefined && containerStatus(pod, 'ends').restartCount === 1
    const pod = (await changesUntil(api, created, again)).at(-1) ?? created
    expect([containerStatus(pod, 'stays').restartCount, stateText(containerStatus(pod, 'stays').state)]).toEqual([
      0,
      'running',
    ])
  })

  it('Never: one end is the end', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'exit 1'))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', { withinMs: 30_000 })
    expect(containerStatus(pod)).toMatchObject({ restartCount: 0, lastState: {} })
  })
})
