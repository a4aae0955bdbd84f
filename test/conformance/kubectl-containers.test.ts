import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { restartedPod, shellContainer, shellPod } from '../support/process-pod.ts'
import type { Kubectl } from '../support/run-kubectl.ts'

/** How containers are and how they ended, as people see it. */
kubectlConformance('containers', { runtime: 'process' }, (it) => {
  it('names their ends in the table', async ({ kubectl, backend }) => {
    await kubectl.create(shellPod(backend, 'done', 'exit 0'))
    await kubectl.create(shellPod(backend, 'failed', 'exit 3'))
    await kubectl.create(
      shellPod(backend, 'init', 'true', { spec: { initContainers: [shellContainer('init', 'exit 7')] } }),
    )
    await kubectl.create(shellPod(backend, 'start', '', { container: { command: ['/nope'] } }))
    for (const name of ['failed', 'init', 'start']) await phase(kubectl, name, 'Failed')
    await phase(kubectl, 'done', 'Succeeded')
    expect(await rows(kubectl)).toEqual([
      ['done', '0/1', 'Completed', '0'],
      ['failed', '0/1', 'Error', '0'],
      ['init', '0/1', 'Init:Error', '0'],
      ['start', '0/1', 'StartError', '0'],
    ])
    const codes = 'jsonpath={.items[*].status.containerStatuses[*].state.terminated.exitCode}'
    expect(await kubectl.must(['get', 'pods', '-o', codes])).toBe('0 3 128')
  })

  it('names in the table why they do not run', async ({ kubectl, backend }) => {
    await kubectl.create(shellPod(backend, 'crash', 'exit 3', { spec: { restartPolicy: 'Always' } }))
    await kubectl.create(
      shellPod(backend, 'never', 'true', { container: { image: 'missing/one:1', imagePullPolicy: 'Never' } }),
    )
    await kubectl.create(shellPod(backend, 'pull', 'true', { container: { image: 'missing/two:1' } }))
    const initContainers = [shellContainer('init', 'true')]
    await kubectl.create(
      shellPod(backend, 'running', `trap 'exit 0' TERM; while :; do sleep 0.1; done`, { spec: { initContainers } }),
    )
    // It changes between this and Error for as long as it lives.
    let row = ''
    for await (row of kubectl.lines(['get', 'pod', 'crash', '--watch', '--no-headers'])) {
      if (row.includes('CrashLoopBackOff')) break
    }
    expect(row).toMatch(/^crash +0\/1 +CrashLoopBackOff +\d+ \(\d+s ago\) +\d+s$/)
    await waiting(kubectl, 'never', 'ErrImageNeverPull')
    await kubectl.must(['wait', 'pod/running', '--for=condition=Ready', '--timeout=15s'])
    await waiting(kubectl, 'pull', 'ImagePullBackOff')
    expect(await rows(kubectl, 'never', 'pull', 'running')).toEqual([
      ['never', '0/1', 'ErrImageNeverPull', '0'],
      ['pull', '0/1', 'ImagePullBackOff', '0'],
      ['running', '1/1', 'Running', '0'],
    ])
  })

  it('describes their ends', async ({ kubectl, backend }) => {
    const initContainers = [shellContainer('init', 'true')]
    const two = shellContainer('two', 'printf fine > /dev/termination-log')
    await kubectl.create(
      shellPod(backend, 'a', '', { spec: { initContainers, containers: [shellContainer('base', 'exit 3'), two] } }),
    )
    await phase(kubectl, 'a', 'Failed')
    expect(states(await kubectl.must(['describe', 'pod', 'a']))).toBe(`Status:           Failed
  init:
    State:          Terminated
      Reason:       Completed
      Exit Code:    0
      Started:      <time>
      Finished:     <time>
    Ready:          True
    Restart Count:  0
  base:
    State:          Terminated
      Reason:       Error
      Exit Code:    3
      Started:      <time>
      Finished:     <time>
    Ready:          False
    Restart Count:  0
  two:
    State:          Terminated
      Reason:       Completed
      Message:      fine
      Exit Code:    0
      Started:      <time>
      Finished:     <time>
    Ready:          False
    Restart Count:  0
  PodReadyToStartContainers   False 
  Initialized                 True 
  Ready                       False 
  ContainersReady             False 
  PodScheduled                True 
`)
  })

  it('describes one that was restarted, and its events', async ({ kubectl, backend, namespace }) => {
    await kubectl.create(restartedPod(backend, 'a', 'while :; do sleep 0.1; done'))
    await kubectl.must(['wait', 'pod/a', '--for=jsonpath={.status.containerStatuses[0].restartCount}=1'])
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    expect(states(await kubectl.must(['describe', 'pod', 'a']))).toBe(`Status:           Running
  base:
    State:          Running
      Started:      <time>
    Last State:     Terminated
      Reason:       Error
      Exit Code:    3
      Started:      <time>
      Finished:     <time>
    Ready:          True
    Restart Count:  1
  PodReadyToStartContainers   True 
  Initialized                 True 
  Ready                       True 
  ContainersReady             True 
  PodScheduled                True 
`)
    const events = async () => {
      const format =
        '-o=jsonpath={range .items[*]}{.type} {.reason} {.count} {.involvedObject.fieldPath} {.message}{"\\n"}{end}'
      const text = await kubectl.must(['get', 'events', '--field-selector=involvedObject.name=a', format])
      return text.trimEnd().split('\n').toSorted()
    }
    const base = 'spec.containers{base}'
    const present = 'already present on machine and can be accessed by the pod'
    await expect
      .poll(events)
      .toEqual([
        `Normal Created 2 ${base} Container created`,
        `Normal Pulled 2 ${base} Container image "busybox:1" ${present}`,
        expect.stringMatching(new RegExp(`^Normal Scheduled {3}Successfully assigned ${namespace}/a to \\S+$`)),
        `Normal Started 2 ${base} Container started`,
      ])
  })

  it('stops them when their pod is deleted', async ({ kubectl, backend }) => {
    await kubectl.create(
      shellPod(backend, 'a', `trap 'exit 5' TERM; while :; do sleep 0.1; done`, { finalizers: ['davit.test/hold'] }),
    )
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    await kubectl.must(['delete', 'pod', 'a', '--wait=false'])
    await phase(kubectl, 'a', 'Failed')
    const exitCode = 'jsonpath={.status.containerStatuses[0].state.terminated.exitCode}'
    expect(await kubectl.must(['get', 'pod', 'a', '-o', exitCode])).toBe('5')
    const killing = ['get', 'events', '--field-selector=reason=Killing', '-o=jsonpath={.items[*].message}']
    expect(await kubectl.must(killing)).toBe('Stopping container base')
    await kubectl.must(['patch', 'pod', 'a', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
    await kubectl.must(['wait', 'pod/a', '--for=delete', '--timeout=15s'])
  })
})

async function phase(kubectl: Kubectl, name: string, wanted: string): Promise<void> {
  await kubectl.must(['wait', `pod/${name}`, `--for=jsonpath={.status.phase}=${wanted}`, '--timeout=30s'])
}

async function waiting(kubectl: Kubectl, name: string, reason: string): Promise<void> {
  const path = '.status.containerStatuses[0].state.waiting.reason'
  await kubectl.must(['wait', `pod/${name}`, `--for=jsonpath={${path}}=${reason}`, '--timeout=15s'])
}

/** The first four columns of the table: all but the age. */
async function rows(kubectl: Kubectl, ...names: string[]): Promise<string[][]> {
  const table = await kubectl.must(['get', 'pods', '--no-headers', ...names])
  return table
    .trimEnd()
    .split('\n')
    .map((row) => row.split(/ +/).slice(0, 4))
}

/** The lines about states out of what describe prints, without times. */
function states(description: string): string {
  const lines = description.slice(0, description.indexOf('\nVolumes:')).split('\n')
  const names = /^ {2}(?:init|base|two):$/
  const fields = /^ *(?:Status|(?:Last )?State|Reason|Message|Exit Code|Started|Finished|Ready|Restart Count):/
  const conditions = /^ {2}\w+ +(?:True|False) $/
  return lines
    .filter((line) => names.test(line) || fields.test(line) || conditions.test(line))
    .map((line) => `${line.replace(/((?:Started|Finished): +).*/, '$1<time>')}\n`)
    .join('')
}
