import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { logOf } from '../support/pod-output.ts'
import { changesUntil, createPod, readPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'
import type { RawApi } from '../support/raw-api.ts'
import { badRequest } from '../support/status-bodies.ts'

const slowly = { withinMs: 30_000 }

const logPath = (namespace: string, options: Readonly<Record<string, string | number | boolean>> = {}) =>
  withQuery(podsPath(namespace, 'p', 'log'), options)

/** A pod that has printed five lines and ended. */
async function fiveLines(api: RawApi, backend: { nodeSelector: Readonly<Record<string, string>> }, namespace: string) {
  await createPod(api, namespace, shellPod(backend, 'p', 'for i in 1 2 3 4 5; do echo line $i; done'))
  await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
}

conformance('logs', { runtime: 'process', concurrent: true }, (it) => {
  it('have both streams, in order, as plain text', async ({ api, backend, namespace }) => {
    // Lines of two streams are in the order in which the container runtime reads them: far enough apart for that to be theirs.
    const script = 'echo one; sleep 1; echo two >&2; sleep 1; printf three'
    await createPod(api, namespace, shellPod(backend, 'p', script))
    await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    const { status, headers, text } = await api.get(logPath(namespace))
    expect([status, headers['content-type'], text]).toEqual([200, 'text/plain', 'one\ntwo\nthree'])
  })

  it.for<readonly [options: Record<string, string>, text: string]>([
    [{ tailLines: '2' }, 'line 4\nline 5\n'],
    [{ tailLines: '0' }, ''],
    [{ tailLines: '99' }, 'line 1\nline 2\nline 3\nline 4\nline 5\n'],
    [{ limitBytes: '10' }, 'line 1\nlin'],
    [{ tailLines: '2', limitBytes: '8' }, 'line 4\nl'],
    [{ sinceTime: '2020-01-01T00:00:00Z' }, 'line 1\nline 2\nline 3\nline 4\nline 5\n'],
    [{ sinceTime: '2100-01-01T00:00:00Z' }, ''],
    [{ sinceSeconds: '3600' }, 'line 1\nline 2\nline 3\nline 4\nline 5\n'],
    [{ follow: 'true', tailLines: '1' }, 'line 5\n'],
    [{ follow: 'true' }, 'line 1\nline 2\nline 3\nline 4\nline 5\n'],
  ])('%j', async ([options, text], { api, backend, namespace }) => {
    await fiveLines(api, backend, namespace)
    expect(await logOf(api, namespace, 'p', options)).toBe(text)
  })

  it('with timestamps: nanoseconds before each line', async ({ api, backend, namespace }) => {
    await fiveLines(api, backend, namespace)
    const lines = (await logOf(api, namespace, 'p', { timestamps: true })).trimEnd().split('\n')
    expect(lines).toEqual(
      [1, 2, 3, 4, 5].map((number) =>
        expect.stringMatching(
          new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d+(Z|[+-]\\d\\d:\\d\\d) line ${number}$`),
        ),
      ),
    )
  })

  it('since a time: what came after it', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'echo early; sleep 3; echo late'))
    await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    const [, late = ''] = (await logOf(api, namespace, 'p', { timestamps: true })).trimEnd().split('\n')
    // Whole seconds: RFC 3339 as Kubernetes reads it.
    const sinceTime = `${new Date(Math.floor(Date.parse(late.split(' ')[0] ?? '') / 1000) * 1000).toISOString().slice(0, 19)}Z`
    expect(await logOf(api, namespace, 'p', { sinceTime })).toBe('late\n')
  })

  it('are followed while they grow, to the end of the container', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'echo one; sleep 1; echo two; sleep 1; echo three'))
    await untilPhase(api, namespace, 'p', 'Running', slowly)
    const { text } = await api.get(logPath(namespace, { follow: true }), slowly)
    expect(text).toBe('one\ntwo\nthree\n')
  })

  it('of each container, init containers included', async ({ api, backend, namespace }) => {
    const spec = {
      initContainers: [shellContainer('init', 'echo init')],
      containers: [shellContainer('one', 'echo 1'), shellContainer('two', 'echo 2')],
    }
    await createPod(api, namespace, shellPod(backend, 'p', '', { spec }))
    await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    const texts = await Promise.all(
      ['init', 'one', 'two'].map((container) => logOf(api, namespace, 'p', { container })),
    )
    expect(texts).toEqual(['init\n', '1\n', '2\n'])
  })

  it('of the run before', async ({ api, backend, namespace }) => {
    const volumeMounts = [{ name: 'v', mountPath: '/shared' }]
    const script =
      'echo x >> /shared/runs; echo run $(wc -l < /shared/runs); [ $(wc -l < /shared/runs) = 2 ] && sleep 60'
    const spec = { restartPolicy: 'OnFailure', volumes: [{ name: 'v', emptyDir: {} }] }
    const created = await createPod(
      api,
      namespace,
      shellPod(backend, 'p', script, { spec, container: { volumeMounts } }),
    )
    const runsAgain = ({ status }: StoredPod) =>
      status.containerStatuses?.[0]?.restartCount === 1 && status.containerStatuses[0].state?.running !== undefined
    await changesUntil(api, created, runsAgain)
    await eventually(async () => (await logOf(api, namespace, 'p')) === 'run 2\n')
    expect(await logOf(api, namespace, 'p', { previous: true })).toBe('run 1\n')
  })

  it('of the run before, while the next one is waited for', async ({ api, backend, namespace }) => {
    const spec = { restartPolicy: 'Always' }
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'echo hello; exit 1', { spec }))
    const waits = (pod: StoredPod) => pod.status.containerStatuses?.[0]?.state?.waiting?.reason === 'CrashLoopBackOff'
    await changesUntil(api, created, waits)
    // A kubelet takes the oldest run away when the next one begins, before it says so.
    await eventually(async () => (await logOf(api, namespace, 'p', { previous: true })) === 'hello\n')
    await eventually(async () => (await logOf(api, namespace, 'p')) === 'hello\n')
  })

  it('of no run before', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'echo hello'))
    await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    expect((await api.get(logPath(namespace, { previous: true }))).body).toEqual(
      badRequest(`previous terminated container "base" in pod "p" not found`),
    )
  })

  it('of a container that does not run yet', async ({ api, backend, namespace }) => {
    const container = { image: 'missing/image:1' }
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { container }))
    await eventually(
      async () =>
        (await readPod(api, namespace, 'p'))?.status.containerStatuses?.[0]?.state?.waiting?.reason ===
        'ImagePullBackOff',
      slowly,
    )
    expect((await api.get(logPath(namespace))).body).toEqual(
      badRequest(`container "base" in pod "p" is waiting to start: trying and failing to pull image`),
    )
  })

  it('of a container behind an init container', async ({ api, backend, namespace }) => {
    const spec = { initContainers: [shellContainer('init', 'sleep 60')] }
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec }))
    await eventually(
      async () => (await readPod(api, namespace, 'p'))?.status.initContainerStatuses?.[0]?.state?.running !== undefined,
      slowly,
    )
    expect((await api.get(logPath(namespace, { container: 'base' }))).body).toEqual(
      badRequest(`container "base" in pod "p" is waiting to start: PodInitializing`),
    )
  })

  it('keep long lines and odd bytes', async ({ api, backend, namespace }) => {
    const script = `head -c 40000 /dev/zero | tr '\\0' a; echo; printf 'tab\\there, ünïcode\\n'`
    await createPod(api, namespace, shellPod(backend, 'p', script))
    await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    expect(await logOf(api, namespace, 'p')).toBe(`${'a'.repeat(40_000)}\ntab\there, ünïcode\n`)
  })
})
