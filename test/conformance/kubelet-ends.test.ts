import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { conditionTexts, containerStatus, ended, stateText } from '../support/container-states.ts'
import { untilPrinted } from '../support/pod-output.ts'
import { changesUntil, createPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'

const slowly = { withinMs: 30_000 }

conformance('how a container ends', { runtime: 'process', concurrent: true }, (it) => {
  // Kubernetes makes one dollar of two.
  it.for<readonly [script: string, exitCode: number]>([
    ['exit 1', 1],
    ['exit 126', 126],
    ['exit 255', 255],
    ['nonsense', 127],
    // A process that a signal ended, as a shell tells it.
    [`sh -c 'kill -9 $$$$'; exit $?`, 137],
    [`sh -c 'kill -TERM $$$$'; exit $?`, 143],
    [`sh -c 'kill -ABRT $$$$'; exit $?`, 134],
    [`sh -c 'kill -SEGV $$$$'; exit $?`, 139],
    // The command of a container is process 1, which no signal from within ends unless it is handled.
    ['kill -9 $$$$; exit 5', 5],
    ['kill -TERM $$$$; exit 6', 6],
    [`trap 'exit 7' TERM; kill -TERM $$$$; sleep 5`, 7],
    ['exit $$$$', 1],
  ])('%s: %i', async ([script, exitCode], { api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', script))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect(containerStatus(pod).state).toEqual(ended(exitCode))
  })

  it('with what it has started', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'sleep 600 & exit 2'))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect(containerStatus(pod).state).toEqual(ended(2))
  })

  it.for<readonly [what: string, command: string[], evidence: RegExp]>([
    ['a command that is not there', ['nonsense'], /exec: "nonsense": executable file not found in \$PATH/],
    [
      'a path that is not there',
      ['/nonsense'],
      /"\/nonsense": stat \/nonsense: no such file or directory|exec: "\/nonsense"/,
    ],
    ['a folder', ['/tmp'], /exec: "\/tmp": .*(is a directory|permission denied)/],
    ['a file that cannot be executed', ['/etc/passwd'], /exec: "\/etc\/passwd": permission denied/],
  ])('StartError: %s', async ([, command, evidence], { api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', '', { container: { command } }))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    const { state } = containerStatus(pod)
    expect(state?.terminated).toMatchObject({ exitCode: 128, reason: 'StartError', startedAt: '1970-01-01T00:00:00Z' })
    expect(state?.terminated?.message).toMatch(evidence)
  })
})

conformance('a deadline', { runtime: 'process', concurrent: true }, (it) => {
  it('fails the pod, whose containers are told to end', async ({ api, backend, namespace }) => {
    const script = 'trap "exit 4" TERM; while :; do sleep 0.1; done'
    const spec = { activeDeadlineSeconds: 3 }
    await createPod(api, namespace, shellPod(backend, 'p', script, { spec }))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect([pod.status.reason, pod.status.message]).toEqual([
      'DeadlineExceeded',
      'Pod was active on the node longer than the specified deadline',
    ])
    expect(containerStatus(pod).state).toEqual(ended(4))
    expect(conditionTexts(pod)).toMatchObject({ Ready: 'False PodFailed', ContainersReady: 'False PodFailed' })
  })

  it('comes before a pod that waits, too', async ({ api, backend, namespace }) => {
    const spec = { activeDeadlineSeconds: 2 }
    const container = { image: 'missing/image:1' }
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec, container }))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect(pod.status.reason).toBe('DeadlineExceeded')
  })
})

conformance('a deletion', { runtime: 'process', concurrent: true }, (it) => {
  const until = async (created: StoredPod, api: Parameters<typeof changesUntil>[0]) => {
    const isRunning = ({ status }: StoredPod) => status.phase === 'Running'
    return (await changesUntil(api, created, isRunning)).at(-1) ?? created
  }

  it('lets the container end by itself, and shows how', async ({ api, backend, namespace }) => {
    const script = 'trap "exit 5" TERM; echo ready; while :; do sleep 0.1; done'
    const spec = { terminationGracePeriodSeconds: 20 }
    const running = await until(await createPod(api, namespace, shellPod(backend, 'p', script, { spec })), api)
    await untilPrinted(api, namespace, 'p', 'ready')
    const { body, status } = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    expect([status, body.metadata.deletionGracePeriodSeconds]).toEqual([200, 20])
    using watch = api.watch(`${podsPath(namespace)}?watch=true&resourceVersion=${running.metadata.resourceVersion}`)
    const events = await watch.until(({ type }) => type === 'DELETED', slowly)
    const shown = events.map(({ type, object }) => {
      const pod = object as unknown as StoredPod
      return `${type} ${pod.status.phase} ${stateText(containerStatus(pod).state)} ${pod.metadata.deletionGracePeriodSeconds}`
    })
    expect(shown.filter((text, at) => text !== shown[at - 1])).toEqual([
      'MODIFIED Running running 20',
      'MODIFIED Failed terminated 5 Error 20',
      'MODIFIED Failed terminated 5 Error 0',
      'DELETED Failed terminated 5 Error 0',
    ])
  })

  it('kills what does not end in time', async ({ api, backend, namespace }) => {
    // As process 1 it does not even hear SIGTERM.
    const running = await until(await createPod(api, namespace, shellPod(backend, 'p', 'sleep 600')), api)
    await api.delete(podsPath(namespace, 'p'))
    using watch = api.watch(`${podsPath(namespace)}?watch=true&resourceVersion=${running.metadata.resourceVersion}`)
    const events = await watch.until(({ type }) => type === 'DELETED', slowly)
    const last = events.at(-1)?.object as unknown as StoredPod
    expect([last.status.phase, containerStatus(last).state]).toEqual(['Failed', ended(137)])
  })

  it('with a grace of 0 removes the pod at once', async ({ api, backend, namespace }) => {
    await until(await createPod(api, namespace, shellPod(backend, 'p', 'sleep 600')), api)
    const { body } = await api.delete<StoredPod>(`${podsPath(namespace, 'p')}?gracePeriodSeconds=0`)
    expect([body.metadata.deletionGracePeriodSeconds, body.status.phase]).toEqual([0, 'Running'])
    expect((await api.get(podsPath(namespace, 'p'))).status).toBe(404)
  })

  it('of a pod with several containers tells all of them at once', async ({ api, backend, namespace }) => {
    const script = (code: number) => `trap "exit ${code}" TERM; echo ready; while :; do sleep 0.1; done`
    const containers = [shellContainer('one', script(1)), shellContainer('two', script(0))]
    const running = await until(
      await createPod(api, namespace, shellPod(backend, 'p', '', { spec: { containers } })),
      api,
    )
    for (const container of ['one', 'two']) await untilPrinted(api, namespace, 'p', 'ready', { container })
    await api.delete(podsPath(namespace, 'p'))
    using watch = api.watch(`${podsPath(namespace)}?watch=true&resourceVersion=${running.metadata.resourceVersion}`)
    const events = await watch.until(({ type }) => type === 'DELETED', slowly)
    const last = events.at(-1)?.object as unknown as StoredPod
    expect(['one', 'two'].map((name) => stateText(containerStatus(last, name).state))).toEqual([
      'terminated 1 Error',
      'terminated 0 Completed',
    ])
  })

  it('of a pod that has ended is at once, whatever the grace', async ({ api, backend, namespace }) => {
    const spec = { terminationGracePeriodSeconds: 600 }
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec }))
    await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    const { body } = await api.delete<StoredPod>(podsPath(namespace, 'p'))
    expect(body.metadata.deletionGracePeriodSeconds).toBe(0)
    expect((await api.get(podsPath(namespace, 'p'))).status).toBe(404)
  })
})
