import { describe, expect, it } from 'vitest'
import { TaskInstanceKeyMap } from '../../src/tasks/task-instance-key-map.ts'
import { apiError } from '../support/fake-pods.ts'
import { deployment } from '../support/shared-store.ts'
import { keyOf } from '../support/start-executor.ts'

const nodeLost = { pod: { reason: 'NodeLost', message: 'the node is gone' } }

describe.each(['label', 'lease'] as const)('L10: what an executor that is gone had in its memory (%s)', (adoption) => {
  it('is put back: a task that waited for its create is claimed, and launched once', async () => {
    const { clock, pods, start, told } = deployment({ adoption })
    const first = await start('1')
    pods.fault({ verb: 'create', error: apiError(503, 'ServiceUnavailable', 'x'), times: 99 })
    await first.run('waits', 'waits-too')
    await first.executor.end()
    pods.clearFaults()
    await clock.advance(30_000)
    const second = await start('2')
    expect(await second.adopt()).toEqual(['waits', 'waits-too'])
    await second.run()
    expect(pods.all()).toHaveLength(2)
    for (const pod of pods.all()) pods.finish(pod.metadata?.name ?? '')
    await second.settle()
    expect(second.states()).toEqual({ waits: 'success', 'waits-too': 'success' })
    expect([told('tryEnded').length, told('charged').length]).toEqual([2, 0])
    await second.executor.end()
  })

  it('does not make a budget new: launches that were lost before count', async () => {
    const { clock, pods, start, store, told } = deployment({ adoption })
    const first = await start('1')
    await first.run('extract')
    pods.start(/extract/)
    pods.finish(/extract/, 137, nodeLost)
    await first.settle()
    await clock.advance(1_000)
    await first.settle()
    const [, current] = await store.launches()
    expect(current).toMatchObject({ number: 2, state: 'current' })
    await first.executor.terminate()
    await clock.advance(30_000)
    const second = await start('2')
    expect(await second.adopt()).toEqual([])
    expect((await store.taskInstances()).map(({ infrastructureFailures }) => infrastructureFailures)).toEqual([1])
    pods.finish(current?.podName ?? '', 137, nodeLost)
    await second.settle()
    // Adopted, it cannot be launched again from here: the store gives the try its next launch.
    expect(second.states()).toEqual({ extract: 'scheduled' })
    await second.run()
    expect((await store.launches()).map(({ number, state }) => [number, state])).toEqual([
      [1, 'superseded'],
      [2, 'ended'],
      [3, 'current'],
    ])
    expect(told('charged').map(({ detail }) => detail.budget)).toEqual([
      'infrastructureRetries',
      'infrastructureRetries',
    ])
    await second.executor.end()
  })
})

describe('L11: a scheduler that lives and is robbed of its pods', () => {
  /** The first lives; the second believes that it does not. */
  async function robbed() {
    const all = deployment({ adoption: 'label' })
    const first = await all.start('1')
    await first.run('extract')
    const second = await all.start('2')
    const rob = async () => {
      const left = await second.executor.tryAdoptTaskInstances([{ key: keyOf('extract'), queuedByJobId: '1' }])
      await second.settle()
      await first.settle()
      return left
    }
    return { ...all, first, second, rob }
  }

  it('lets go of them when it sees another’s name on them, and neither ends nor revokes anything', async () => {
    const { first, second, pods, rob, told } = await robbed()
    expect(await rob()).toEqual([])
    expect([first.executor.slotsOccupied, second.executor.slotsOccupied]).toEqual([0, 1])
    expect([pods.count('delete'), told('revoked').length]).toEqual([0, 0])
    pods.finish(/extract/)
    await first.settle()
    await second.settle()
    expect([first.states(), second.states()]).toEqual([{}, { extract: 'success' }])
    expect(told('tryEnded').map(({ job }) => job)).toEqual(['2'])
    await first.executor.end()
    await second.executor.end()
  })

  it('that was cut off meanwhile does not report an end that the other has reported', async () => {
    const { first, second, pods, clock, rob, told } = await robbed()
    first.gate.isOpen = false
    pods.finish(/extract/)
    await first.settle()
    await rob()
    expect(second.states()).toEqual({ extract: 'success' })
    first.gate.isOpen = true
    await clock.advance(30_000)
    expect(first.states()).toEqual({})
    expect(told('tryEnded').map(({ job }) => job)).toEqual(['2'])
    expect(told('notAccepted').map(({ job, detail }) => [job, detail.takenOver])).toEqual([['1', true]])
    await first.executor.end()
    await second.executor.end()
  })

  it('I3: a pod that nobody’s list has and that was bound is looked for: gone, its end is unknown', async () => {
    const { first, second, pods, rob } = await robbed()
    pods.start(/extract/)
    await first.settle()
    await first.executor.terminate()
    pods.remove(/extract/)
    expect(await rob()).toEqual([])
    await second.settle()
    expect(second.events()).toMatchObject({ extract: { failure: { class: 'unknown' } } })
    expect(pods.count('create')).toBe(1)
    await second.executor.end()
  })

  it('finds a pod under the name of a third job, whose adoption had not come to its end', async () => {
    const { first, second, pods, rob } = await robbed()
    await first.executor.terminate()
    const labels = { 'airflow-worker': '9' }
    await pods.patch('default', pods.one(/extract/).metadata?.name ?? '', {
      type: 'merge',
      patch: { metadata: { labels } },
    })
    expect(await rob()).toEqual([])
    expect(pods.one(/extract/).metadata?.labels?.['airflow-worker']).toBe('2')
    await second.executor.end()
  })

  it('adoptLaunchedTask leaves the candidates that it was not asked about', async () => {
    const { first, second, pods } = await robbed()
    await first.executor.terminate()
    const candidates = new TaskInstanceKeyMap([
      [keyOf('extract'), {}],
      [keyOf('load'), {}],
    ])
    expect(await second.executor.adoptLaunchedTask(pods.one(/extract/), candidates)).toBe(true)
    expect([...candidates.keys()].map(({ taskId }) => taskId)).toEqual(['load'])
    await second.executor.end()
  })
})

describe.each(['label', 'lease'] as const)('N4: a second pod of a task (%s)', (adoption) => {
  it.each([
    ['of the same launch', '1-1-', 'sales-extract-second'],
    ['of another launch', '1-7-', 'sales-extract-seventh'],
  ])('%s that fails does not end the task of the first', async (_title, launch, name) => {
    const { pods, start, store, told } = deployment({ adoption })
    const { run, settle, states, executor } = await start('1')
    await run('extract')
    pods.start(/extract/)
    await settle()
    const { labels, annotations } = pods.one(/extract/).metadata ?? {}
    const [current] = await store.currentLaunches()
    const id = launch === '1-1-' ? (current?.id ?? '') : `${launch}aaaaaaaa`
    const marks = { 'davit-launch': id }
    pods.put({
      ...pods.one(/extract/),
      metadata: { name, labels: { ...labels, ...marks }, annotations: { ...annotations, ...marks } },
    })
    await settle()
    // Its worker was told that the task runs already, and gave up.
    pods.finish(name, 1)
    await settle()
    expect([states(), executor.hasTask(keyOf('extract'))]).toEqual([{ extract: 'running' }, true])
    pods.finish(current?.podName ?? '')
    await settle()
    expect([states(), told('charged')]).toEqual([{ extract: 'success' }, []])
    await executor.end()
  })
})
