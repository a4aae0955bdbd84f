import { describe, expect, it } from 'vitest'
import { KubernetesExecutor } from '../../src/kubernetes-executor.ts'
import { apiError, connectionError, FakePods } from '../support/fake-pods.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

const ti = { key: keyOf('extract'), queuedByJobId: '7' }

async function linesOf(log: AsyncIterable<string>) {
  const lines: string[] = []
  for await (const line of log) lines.push(line)
  return lines
}

async function running(log: string) {
  const setup = await startExecutor()
  await setup.launch('extract')
  const { name = '' } = setup.pods.start(/extract/).metadata ?? {}
  setup.pods.logs.set(name, log)
  await setup.settle()
  return setup
}

describe('getTaskLog', () => {
  it('gives the last lines in Airflow’s words, without terminal escapes', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => `\u001b[32mline ${index}\u001b[0m`)
    const { executor } = await running(`${lines.join('\n')}\n`)
    const [messages, [log = '']] = await executor.getTaskLog(ti, 1)
    expect(messages).toEqual(['Attempting to fetch logs from pod through kube API', 'Found logs through kube API'])
    expect(log.split('\n')).toEqual(Array.from({ length: 100 }, (_, index) => `line ${index + 50}`))
    await executor.end()
  })

  it('needs no start(), and finds the pod by its labels', async () => {
    const { executor: other, pods } = await running('hello\n')
    const executor = new KubernetesExecutor({ jobId: '9', kube: { pods } })
    expect(await executor.getTaskLog({ ...ti, hostname: 'node-1' }, 1)).toEqual([
      ['Attempting to fetch logs from pod node-1 through kube API', 'Found logs through kube API'],
      ['hello'],
    ])
    await other.end()
  })

  it('says why there is none, and does not reject', async () => {
    const executor = new KubernetesExecutor({ jobId: '7', kube: { pods: new FakePods() } })
    const [messages, logs] = await executor.getTaskLog(ti, 1)
    expect(logs).toEqual([''])
    expect(messages[1]).toMatch(/^Reading from k8s pod logs failed: no pod of the task is there/)
  })
})

describe('streamTaskLog', () => {
  it('waits for the container to start, then gives line by line', async () => {
    const { executor, pods, clock } = await running('one\r\ntwo\nthree')
    pods.fault({
      verb: 'log',
      error: apiError(400, 'BadRequest', 'container "base" in pod "p" is waiting to start: ContainerCreating'),
      times: 2,
    })
    const lines: string[] = []
    const reading = (async () => {
      for await (const line of executor.streamTaskLog(ti, 1)) lines.push(line)
    })()
    await clock.advance(3_000)
    await reading
    expect(lines).toEqual(['one', 'two', 'three'])
    await executor.end()
  })

  it('goes on where a connection broke, and gives up when none holds', async () => {
    const { executor, pods, clock } = await running('one\ntwo\n')
    pods.fault({ verb: 'log', error: connectionError('reset'), times: 3 })
    const reading = linesOf(executor.streamTaskLog(ti, 1))
    await clock.advance(3_000)
    expect(await reading).toEqual(['one', 'two'])
    pods.fault({ verb: 'log', error: connectionError('reset'), times: 99 })
    const failing = linesOf(executor.streamTaskLog(ti, 1)).catch((error: unknown) => String(error))
    await clock.advance(10_000)
    expect(await failing).toContain('reset')
    expect(pods.count('log')).toBe(4 + 6)
    await executor.end()
  })

  it('goes on at once after a break, because the log of a pod that is leaving is soon gone', async () => {
    const { executor, pods, clock } = await running('one\n')
    pods.fault({ verb: 'log', error: connectionError('reset'), times: 1 })
    const reading = linesOf(executor.streamTaskLog(ti, 1))
    await clock.advance(0)
    expect(await reading).toEqual(['one'])
    await executor.end()
  })

  it('follows a quiet log for as long as it takes, however often a front cuts the idle connection', async () => {
    const { executor, pods, clock } = await running('one\n')
    for (let minute = 1; minute <= 20; minute += 1) {
      const gate = new Promise<void>((resolve) => clock.setTimeout(resolve, minute * 60_000))
      pods.fault({ verb: 'log', error: connectionError('reset'), times: 1, gate })
    }
    const reading = linesOf(executor.streamTaskLog(ti, 1))
    await clock.advance(21 * 60_000)
    expect(await reading).toEqual(['one'])
    await executor.end()
  })

  it('rejects when there is no pod', async () => {
    const { executor } = await startExecutor()
    await expect(linesOf(executor.streamTaskLog(ti, 1))).rejects.toThrow('no pod of the task is there')
    await executor.end()
  })

  it('I11: ends with the executor', async () => {
    const { executor, pods, clock } = await running('x')
    pods.fault({ verb: 'log', error: apiError(400, 'BadRequest', 'waiting to start'), times: 99 })
    const reading = linesOf(executor.streamTaskLog(ti, 1))
    await clock.advance(2_000)
    await executor.end()
    expect(await reading).toEqual([])
    expect(clock.pendingCount).toBe(0)
  })
})
