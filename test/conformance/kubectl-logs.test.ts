import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { testPod } from '../support/test-pod.ts'

const lines = ['first line of a scripted container', 'second line of a scripted container']

/** Runs until it is deleted and prints two lines: as a process by its command, on kwok's node by its annotations. */
const talking = (name: string, script = `trap 'exit 0' TERM; while :; do sleep 0.1; done`): Pod =>
  testPod(name, {
    annotations: scriptAnnotations({ hold: true }),
    spec: { terminationGracePeriodSeconds: 1 },
    container: { image: 'busybox:1', command: ['sh', '-c', `echo ${lines[0]}; echo ${lines[1]}; ${script}`] },
  })

kubectlConformance('logs', { runtime: 'process' }, (it) => {
  it('reads logs', async ({ kubectl }) => {
    await kubectl.must(['create', '-f', '-'], JSON.stringify(talking('a')))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    await expect.poll(() => kubectl.must(['logs', 'a'])).toBe(`${lines.join('\n')}\n`)
    expect(await kubectl.must(['logs', 'a', '--tail=1'])).toBe(`${lines[1]}\n`)
    expect(await kubectl.must(['logs', 'a', '--prefix'])).toBe(lines.map((line) => `[pod/a/base] ${line}\n`).join(''))
    expect(await kubectl.run(['logs', 'a', '-c', 'nope'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: container nope is not valid for pod a out of: base\n',
    })
    expect(await kubectl.run(['logs', 'nope'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^error: error from server \(NotFound\): pods "nope" not found in namespace "\S+"\n$/,
      ),
    })
  })

  it('follows logs', async ({ kubectl }) => {
    await kubectl.must(['create', '-f', '-'], JSON.stringify(talking('a')))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const followed: string[] = []
    for await (const line of kubectl.lines(['logs', '-f', 'a'])) {
      followed.push(line)
      if (followed.length === lines.length) break
    }
    expect(followed).toEqual(lines)
  })
})

kubectlConformance('a log that ends', { runtime: 'process', needs: ['followedLogs'] }, (it) => {
  it('follows it to its end', async ({ kubectl }) => {
    await kubectl.must(['create', '-f', '-'], JSON.stringify(talking('a', 'sleep 0.5')))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Initialized', '--timeout=15s'])
    await expect
      .poll(() => kubectl.run(['logs', '-f', 'a']))
      .toMatchObject({ exitCode: 0, stdout: `${lines.join('\n')}\n` })
  })
})
