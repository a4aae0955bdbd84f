import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { restartedPod, shellContainer, shellPod } from '../support/process-pod.ts'
import type { Kubectl } from '../support/run-kubectl.ts'

const untilTerminated = `trap 'exit 0' TERM; while :; do sleep 0.1; done`

kubectlConformance('logs', { runtime: 'process' }, (it) => {
  it('reads them whole and in part', async ({ kubectl, backend, namespace }) => {
    await kubectl.create(shellPod(backend, 'a', `echo one; echo two; echo three; ${untilTerminated}`))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=30s'])
    await expect.poll(() => kubectl.must(['logs', 'a'])).toBe('one\ntwo\nthree\n')
    const logs = (...args: string[]) => kubectl.must(['logs', 'a', ...args])
    expect(await logs('--tail=1')).toBe('three\n')
    expect(await logs('--tail=0')).toBe('')
    expect(await logs('--limit-bytes=6')).toBe('one\ntw')
    expect(await logs('--since-time=2020-01-01T00:00:00Z', '--tail=2')).toBe('two\nthree\n')
    expect(await logs('--since=1h')).toBe('one\ntwo\nthree\n')
    expect(await logs('--prefix', '--tail=1')).toBe('[pod/a/base] three\n')
    expect(await logs('--timestamps', '--tail=1')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z three\n$/)
    expect(await kubectl.run(['logs', 'a', '-c', 'nope'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: container nope is not valid for pod a out of: base\n',
    })
    expect(await kubectl.run(['logs', 'nope'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `error: error from server (NotFound): pods "nope" not found in namespace "${namespace}"\n`,
    })
  })

  it('reads those of each container', async ({ kubectl, backend }) => {
    const initContainers = [shellContainer('init', 'echo i')]
    const containers = [shellContainer('base', 'echo b; exit 3'), shellContainer('two', 'echo t')]
    await kubectl.create(shellPod(backend, 'a', '', { labels: { set: '1' }, spec: { initContainers, containers } }))
    await ended(kubectl, 'a', 'Failed')
    const defaulted = 'Defaulted container "base" out of: base, two, init (init)\n'
    expect(await kubectl.run(['logs', 'a'])).toEqual({ exitCode: 0, stdout: 'b\n', stderr: defaulted })
    expect(await kubectl.must(['logs', 'a', '-c', 'init'])).toBe('i\n')
    expect(await kubectl.must(['logs', 'a', '-c', 'two'])).toBe('t\n')
    // In any order: kubectl asks for them in that of a Go map.
    const all = await kubectl.must(['logs', '-l', 'set=1', '--all-containers', '--prefix'])
    expect(all.trimEnd().split('\n').toSorted()).toEqual(['[pod/a/base] b', '[pod/a/init] i', '[pod/a/two] t'])
    expect(await kubectl.run(['logs', 'a', '--previous'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: `${defaulted}Error from server (BadRequest): previous terminated container "base" in pod "a" not found\n`,
    })
  })

  it('reads those of the container before a restart', async ({ kubectl, backend }) => {
    await kubectl.create(restartedPod(backend, 'a', `echo second; ${untilTerminated}`))
    await kubectl.must(['wait', 'pod/a', '--for=jsonpath={.status.containerStatuses[0].restartCount}=1'])
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    await expect.poll(() => kubectl.must(['logs', 'a'])).toBe('second\n')
    expect(await kubectl.must(['logs', 'a', '--previous'])).toBe('first\n')
    expect(await kubectl.must(['logs', '-f', '--previous', 'a'])).toBe('first\n')
  })

  it('follows a log as it grows, and to its end', async ({ kubectl, backend }) => {
    await kubectl.create(
      shellPod(backend, 'a', `i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo $i; sleep 0.2; done; exit 3`),
    )
    await kubectl.must(['wait', 'pod/a', '--for=condition=PodReadyToStartContainers', '--timeout=15s'])
    await expect
      .poll(() => kubectl.run(['logs', '-f', 'a']), { timeout: 15_000 })
      .toEqual({ exitCode: 0, stdout: '1\n2\n3\n4\n5\n', stderr: '' })
    await ended(kubectl, 'a', 'Failed')
    expect(await kubectl.must(['logs', '-f', 'a', '--tail=2'])).toBe('4\n5\n')
  })

  it('follows until the pod is deleted', async ({ kubectl, backend }) => {
    await kubectl.create(shellPod(backend, 'a', `trap 'echo bye; exit 0' TERM; echo hi; while :; do sleep 0.1; done`))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const followed: string[] = []
    for await (const line of kubectl.lines(['logs', '-f', 'a'])) {
      followed.push(line)
      if (line === 'hi') await kubectl.must(['delete', 'pod', 'a', '--wait=false'])
    }
    expect(followed).toEqual(['hi', 'bye'])
  })

  it('says why there is none yet', async ({ kubectl, backend }) => {
    await kubectl.create(
      shellPod(backend, 'never', 'true', { container: { image: 'missing/one:1', imagePullPolicy: 'Never' } }),
    )
    await kubectl.create(shellPod(backend, 'pull', 'true', { container: { image: 'missing/two:1' } }))
    await kubectl.create(shellPod(backend, 'start', '', { container: { command: ['/nope'] } }))
    await kubectl.create(
      shellPod(backend, 'init', 'true', { spec: { initContainers: [shellContainer('init', 'exit 7')] } }),
    )
    const waitingFor = (name: string, reason: string) =>
      kubectl.must([
        'wait',
        `pod/${name}`,
        `--for=jsonpath={.status.containerStatuses[0].state.waiting.reason}=${reason}`,
        '--timeout=15s',
      ])
    const refused = async (name: string) => (await kubectl.run(['logs', name, '-c', 'base'])).stderr
    const waits = (name: string) =>
      `Error from server (BadRequest): container "base" in pod "${name}" is waiting to start: `
    await waitingFor('never', 'ErrImageNeverPull')
    expect(await refused('never')).toBe(`${waits('never')}ErrImageNeverPull\n`)
    await ended(kubectl, 'init', 'Failed')
    expect(await refused('init')).toBe(`${waits('init')}PodInitializing\n`)
    // Its container was made: it has a log, without a line.
    await ended(kubectl, 'start', 'Failed')
    expect(await kubectl.run(['logs', 'start'])).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    await waitingFor('pull', 'ImagePullBackOff')
    expect(await refused('pull')).toBe(`${waits('pull')}trying and failing to pull image\n`)
  })
})

async function ended(kubectl: Kubectl, name: string, phase: string): Promise<void> {
  await kubectl.must(['wait', `pod/${name}`, `--for=jsonpath={.status.phase}=${phase}`, '--timeout=30s'])
}
