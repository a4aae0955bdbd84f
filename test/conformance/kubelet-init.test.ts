import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { conditionTexts, containerStatus, ended, stateText } from '../support/container-states.ts'
import { changesUntil, createPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'

const slowly = { withinMs: 30_000 }

const states = (pod: StoredPod, ...names: string[]) => names.map((name) => stateText(containerStatus(pod, name).state))

conformance('init containers', { runtime: 'process', concurrent: true }, (it) => {
  it('run one after the other, before the rest', async ({ api, backend, namespace }) => {
    const volumes = [{ name: 'shared', emptyDir: {} }]
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }]
    const created = await createPod(
      api,
      namespace,
      shellPod(backend, 'p', 'echo main >> /shared/order; cat /shared/order', {
        container: { volumeMounts },
        spec: {
          volumes,
          initContainers: [
            shellContainer('one', 'sleep 0.5; echo one >> /shared/order', { volumeMounts }),
            shellContainer('two', 'sleep 0.5; echo two >> /shared/order', { volumeMounts }),
          ],
        },
      }),
    )
    const changes = await changesUntil(api, created, ({ status }) => status.phase === 'Succeeded')
    const secondRuns = changes.find((pod) => pod.status.initContainerStatuses?.[1]?.state?.running !== undefined)
    if (secondRuns === undefined) throw new Error('the second was never seen to run')
    expect([secondRuns.status.phase, states(secondRuns, 'one', 'two', 'base')]).toEqual([
      'Pending',
      ['terminated 0 Completed', 'running', 'waiting PodInitializing'],
    ])
    expect(secondRuns.status.conditions?.find(({ type }) => type === 'Initialized')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotInitialized',
      message: 'containers with incomplete status: [two]',
    })
    const last = changes.at(-1) ?? created
    expect(containerStatus(last, 'one')).toMatchObject({
      ready: true,
      started: false,
      restartCount: 0,
      state: ended(0),
    })
    const log = await api.get<string>(withQuery(podsPath(namespace, 'p', 'log'), { container: 'base' }))
    expect(log.text).toBe('one\ntwo\nmain\n')
  })

  it('fail the pod when one of them fails that is not restarted', async ({ api, backend, namespace }) => {
    const initContainers = [shellContainer('one', 'exit 7'), shellContainer('two', 'true')]
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec: { initContainers } }))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect(states(pod, 'one', 'two', 'base')).toEqual([
      'terminated 7 Error',
      'waiting PodInitializing',
      'waiting PodInitializing',
    ])
    expect(conditionTexts(pod)).toMatchObject({
      Initialized: 'False ContainersNotInitialized',
      Ready: 'False PodFailed',
      ContainersReady: 'False PodFailed',
    })
  })

  it('are restarted until they succeed', async ({ api, backend, namespace }) => {
    const volumeMounts = [{ name: 'shared', mountPath: '/shared' }]
    const flaky = 'if [ -e /shared/seen ]; then exit 0; fi; touch /shared/seen; exit 1'
    const spec = {
      restartPolicy: 'OnFailure',
      volumes: [{ name: 'shared', emptyDir: {} }],
      initContainers: [shellContainer('flaky', flaky, { volumeMounts })],
    }
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec }))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    expect(containerStatus(pod, 'flaky')).toMatchObject({ restartCount: 1, state: ended(0), lastState: ended(1) })
  })
})

conformance('sidecars', { runtime: 'process', concurrent: true }, (it) => {
  const sidecar = (script: string) => shellContainer('side', script, { restartPolicy: 'Always' } as object)

  it('start before the rest, run beside it, and end after it', async ({ api, backend, namespace }) => {
    const script = 'trap "exit 0" TERM; while :; do sleep 0.1; done'
    const created = await createPod(
      api,
      namespace,
      shellPod(backend, 'p', 'sleep 1', { spec: { initContainers: [sidecar(script)] } }),
    )
    const changes = await changesUntil(api, created, ({ status }) => status.phase === 'Succeeded')
    const running = changes.find(({ status }) => status.phase === 'Running')
    if (running === undefined) throw new Error('it was never seen to run')
    expect(states(running, 'side', 'base')).toEqual(['running', 'running'])
    expect(containerStatus(running, 'side')).toMatchObject({ ready: true, started: true })
    expect(conditionTexts(running)).toMatchObject({ Initialized: 'True', Ready: 'True' })
    expect(states(changes.at(-1) ?? created, 'side', 'base')).toEqual([
      'terminated 0 Completed',
      'terminated 0 Completed',
    ])
  })

  it('do not decide how the pod ends', async ({ api, backend, namespace }) => {
    const script = 'trap "exit 9" TERM; while :; do sleep 0.1; done'
    await createPod(api, namespace, shellPod(backend, 'p', 'sleep 1', { spec: { initContainers: [sidecar(script)] } }))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    expect(states(pod, 'side', 'base')).toEqual(['terminated 9 Error', 'terminated 0 Completed'])
  })

  it('are started again when they end', async ({ api, backend, namespace }) => {
    const created = await createPod(
      api,
      namespace,
      shellPod(backend, 'p', 'sleep 60', { spec: { initContainers: [sidecar('sleep 0.5; exit 1')] } }),
    )
    const again = ({ status }: StoredPod) => status.initContainerStatuses?.[0]?.restartCount === 1
    const pod = (await changesUntil(api, created, again)).at(-1) ?? created
    expect(pod.status.phase).toBe('Running')
    expect(containerStatus(pod, 'side').lastState).toEqual(ended(1))
  })
})
