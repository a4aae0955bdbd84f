import { describe, expect, it } from 'vitest'
import type { QueuedWorkload } from '../../src/base-executor.ts'
import { DurableStore } from '../support/durable-store.ts'
import { keyOf, startExecutor } from '../support/start-executor.ts'

// Airflow's defects that no other file here is about: docs/airflow-parity.md has them all.

describe('N1: a workload that is no task', () => {
  it.each([
    ['a callback', { callback: { id: '1' } }, 'a workload must have the key of a task instance, not undefined'],
    ['a connection test', { key: { id: '1' } }, 'key.dagId of a workload must be text, not undefined'],
    ['an empty id', { key: { ...keyOf('a'), taskId: '' } }, 'key.taskId of a workload must be text, not ""'],
    [
      'a try that is none',
      { key: { ...keyOf('a'), tryNumber: 1.5 } },
      'key.tryNumber of a workload must be a whole number of at least 0, not 1.5',
    ],
    [
      'an index that is none',
      { key: { ...keyOf('a'), mapIndex: -2 } },
      'key.mapIndex of a workload must be a whole number of at least -1, not -2',
    ],
  ])('%s is refused where it is queued, and the loop goes on with the others', async (_, workload, message) => {
    const { executor, pods, launch } = await startExecutor()
    expect(() => executor.queueWorkload(workload as unknown as QueuedWorkload)).toThrow(message)
    expect(executor.queuedTasks.size).toBe(0)
    await launch('after')
    expect(pods.all()).toHaveLength(1)
    await executor.end()
  })
})

describe('N5: what an event says of a task that goes on', () => {
  it('is the job id, from its queueing to its end', async () => {
    const { executor, pods, launch, events, settle } = await startExecutor()
    await launch('a')
    expect(events()).toMatchObject({ a: { state: 'queued', info: '7' } })
    pods.start(/-a-/)
    await settle()
    expect(events()).toMatchObject({ a: { state: 'running', info: '7' } })
    await executor.end()
  })

  it.each(['queued', 'running'])('is the job id too where its pod ended and the store says %s', async (state) => {
    const store = new DurableStore()
    store.heldState = state
    const { executor, pods, launch, events, settle } = await startExecutor({ store })
    await launch('a')
    pods.start(/-a-/)
    pods.finish(/-a-/)
    await settle()
    expect(events()).toMatchObject({ a: { state, info: '7' } })
    await executor.end()
  })
})

describe('L24: messages with what they are about', () => {
  it.each([
    ['queueWorkload', (executor: Executor) => executor.queueWorkload({ key: { dagId: 'd' } } as never)],
    ['sync', (executor: Executor) => executor.sync()],
    ['executeAsync', (executor: Executor) => executor.executeAsync({ key: keyOf('a'), args: [] })],
  ])('%s of an executor that has ended names what is wrong, and leaves no place for it empty', async (_, call) => {
    const { executor, logger } = await startExecutor()
    await executor.end()
    const message = messageOf(() => call(executor))
    expect(message).toMatch(/^(the executor has ended|key\.taskId of a workload must be text, not undefined)$/)
    expect([message, ...logger.lines.map((line) => line.message)].join('\n')).not.toMatch(/%[sdr]/)
  })

  it('a log line is a constant, and its values stand beside it', async () => {
    const { executor, pods, launch, logger, settle } = await startExecutor()
    await launch('a')
    pods.finish(/-a-/)
    await settle()
    const created = logger.lines.find(({ message }) => message === 'pod created')
    expect(created?.fields).toMatchObject({ dagId: 'sales', taskId: 'a', tryNumber: 1, pod: expect.any(String) })
    expect(logger.lines.map(({ message }) => message).filter((message) => /%[sdr]|\{|\d{3}/.test(message))).toEqual([])
    await executor.end()
  })
})

type Executor = Awaited<ReturnType<typeof startExecutor>>['executor']

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  throw new Error('it did not throw')
}
