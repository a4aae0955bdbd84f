import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { KubernetesJobWatcher, type WatchItem } from '../src/kubernetes-job-watcher.ts'
import { ResourceVersion } from '../src/resource-version.ts'
import { FakePods } from './support/fake-pods.ts'
import { RecordedLogger } from './support/recorded-logger.ts'

const annotations = { dag_id: 'sales', task_id: 'extract', try_number: '1', run_id: 'manual__1' }

function build() {
  const pods = new FakePods()
  const watcherQueue: WatchItem[] = []
  const clock = new FakeClock()
  const resourceVersion = new ResourceVersion()
  const logger = new RecordedLogger()
  const watcher = new KubernetesJobWatcher({
    namespace: 'default',
    kube: { pods },
    schedulerJobId: 7,
    watcherQueue,
    resourceVersion,
    clock,
    random: () => 0,
    logger,
  })
  const put = (name: string, worker = '7') =>
    pods.put({ metadata: { name, labels: { 'airflow-worker': worker }, annotations } })
  return { pods, watcher, watcherQueue, clock, resourceVersion, logger, put }
}

describe('KubernetesJobWatcher', () => {
  it('is of a job, and of no other pods', () => {
    const options = { namespace: 'default', kube: { pods: new FakePods() }, watcherQueue: [] }
    expect(() => new KubernetesJobWatcher({ ...options, schedulerJobId: '' })).toThrow('schedulerJobId is empty')
  })

  it.each([
    ['Unknown', ['pod of an unknown phase']],
    [undefined, ['pod of an unknown phase']],
    ['Running', []],
  ])('warns of a phase that the table has no row for: %s', (phase, messages) => {
    const { watcher, watcherQueue, logger } = build()
    const metadata = { name: 'p', namespace: 'n', annotations }
    watcher.processStatus({ type: 'MODIFIED', object: { metadata, status: phase ? { phase } : {} } })
    expect([watcherQueue, logger.lines.map(({ message }) => message)]).toEqual([[], messages])
  })

  it.each([
    [false, '<omitted>'],
    [true, annotations],
  ])('logs what an event says, with the annotations where logsTaskMetadata is %s', (logsTaskMetadata, told) => {
    const logger = new RecordedLogger()
    const watcher = new KubernetesJobWatcher({
      namespace: 'default',
      kube: { pods: new FakePods() },
      schedulerJobId: '7',
      watcherQueue: [],
      config: { logsTaskMetadata },
      logger,
    })
    const metadata = { name: 'p', namespace: 'n', annotations }
    watcher.processStatus({ type: 'MODIFIED', object: { metadata, status: { phase: 'Succeeded' } } })
    expect(logger.lines.map(({ message, fields }) => [message, fields.annotations])).toEqual([['pod event', told]])
  })

  it('tells what happens to the pods of its job until it is stopped', async () => {
    const { pods, watcher, watcherQueue, clock, resourceVersion, put } = build()
    put('ours')
    put('theirs', '8')
    const run = watcher.run()
    await watcher.synced()
    for (const name of ['ours', 'theirs']) pods.finish(name, 3)
    await clock.advance(0)
    expect(watcherQueue).toEqual([
      {
        podName: 'ours',
        namespace: 'default',
        state: 'failed',
        annotations,
        resourceVersion: pods.one('ours').metadata?.resourceVersion,
        failureDetails: expect.objectContaining({ podStatus: 'Failed', containerName: 'base', exitCode: 3 }),
      },
    ])
    await watcher.stop()
    await run
    expect(resourceVersion.get('default')).not.toBe('0')
    expect([clock.pendingCount, pods.openWatches]).toEqual([0, 0])
    await expect(watcher.run()).rejects.toMatchObject({ code: 'EXECUTOR_STATE' })
  })

  it('processStatus: null for Succeeded, nothing for a pod that says nothing, and no crash for one of no task (I8)', () => {
    const { watcher, watcherQueue, logger } = build()
    const object = {
      metadata: { name: 'p', namespace: 'n', resourceVersion: '5', annotations: { ...annotations, other: 'x' } },
    }
    watcher.processStatus({ type: 'MODIFIED', object: { ...object, status: { phase: 'Running' } } })
    watcher.processStatus({ type: 'MODIFIED', object: { ...object, status: { phase: 'Succeeded' } } })
    watcher.processStatus({ type: 'DELETED', object: { ...object, status: { phase: 'Running' } } })
    watcher.processStatus({
      type: 'MODIFIED',
      object: { metadata: { name: 'poison', annotations: { dag_id: 'x' } }, status: { phase: 'Failed' } },
    })
    expect(watcherQueue.map(({ state, annotations: kept }) => [state, kept])).toEqual([
      [null, annotations],
      ['adopted', annotations],
    ])
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
  })

  it('processError: "0" for 410, else Airflow’s words', () => {
    const { watcher } = build()
    expect(watcher.processError({ rawObject: { code: 410, reason: 'Expired', message: 'too old' } })).toBe('0')
    expect(() => watcher.processError({ type: 'ERROR', object: { code: 500, reason: 'Oops', message: 'no' } })).toThrow(
      'Kubernetes failure for Oops with code 500 and message: no',
    )
  })
})
