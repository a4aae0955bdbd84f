import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { InMemoryLaunchStore } from '../../../src/loops/in-memory-launch-store.ts'
import { projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { PodScopes } from '../../../src/loops/tracking/pod-scopes.ts'
import { Troubles } from '../../../src/loops/troubles.ts'
import { ResourceVersion } from '../../../src/resource-version.ts'
import { apiError, FakePods } from '../../support/fake-pods.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'
import { RecordedMetrics } from '../../support/recorded-metrics.ts'

const annotations = { dag_id: 'd', task_id: 't', run_id: 'r', try_number: '1' }

async function start(scopes: readonly (string | null)[] = ['default'], onNotice = (_: unknown) => {}) {
  const pods = new FakePods()
  const clock = new FakeClock()
  const logger = new RecordedLogger()
  const metrics = new RecordedMetrics()
  const watched = new PodScopes({
    pods,
    scopes,
    labelSelector: 'airflow-worker=7',
    resyncSeconds: 1_800,
    resourceVersion: new ResourceVersion(),
    store: new InMemoryLaunchStore(),
    clock,
    random: () => 0,
    logger,
    metrics,
    troubles: new Troubles({ clock, logger, metrics }),
    project: projectPod,
    onNotice,
  })
  watched.start()
  await clock.advance(0)
  const put = (name: string, namespace = 'default') =>
    pods.put({ metadata: { name, namespace, labels: { 'airflow-worker': '7' }, annotations } })
  return { pods, clock, logger, metrics, watched, put }
}

describe('PodScopes', () => {
  it('counts a handler that throws, and gives it the next change', async () => {
    const told: string[] = []
    const { clock, metrics, logger, watched, put } = await start(['default'], (notice) => {
      const { record } = notice as { record?: { name: string } }
      if (!record) return
      told.push(record.name)
      if (record.name === 'bad') throw new Error('a defect')
    })
    put('bad')
    put('good')
    await clock.advance(0)
    expect(told).toEqual(['bad', 'good'])
    expect(metrics.count('davit_executor.watch_handler_errors', { namespace: 'default' })).toBe(1)
    expect(watched.state()).toMatchObject([{ state: 'watching', pods: 2, handlerErrors: 1, restarts: 0 }])
    expect(logger.lines.filter(({ level }) => level === 'error').map(({ fields }) => fields.pod)).toEqual(['bad'])
    await watched.stop()
  })

  it('counts lists and watches by what led to them', async () => {
    const { pods, clock, metrics, watched } = await start([null])
    pods.breakWatches(apiError(410, 'Expired', 'too old'))
    await clock.advance(1_000)
    pods.breakWatches()
    await clock.advance(1_000)
    await clock.advance(1_800_000)
    const causes = (name: 'davit_executor.watch_lists' | 'davit_executor.watch_restarts') =>
      metrics.of(name, { namespace: '*' }).map(({ tags }) => tags.cause)
    expect(causes('davit_executor.watch_lists')).toEqual(['start', 'expired', 'resync'])
    expect(causes('davit_executor.watch_restarts')).toEqual(['expired', 'ended', 'resync'])
    expect(metrics.count('davit_executor.watch_list_duration')).toBe(3)
    await watched.stop()
  })

  it('tells each scope for itself', async () => {
    const { clock, watched, put } = await start(['default', 'other'])
    put('a', 'other')
    await clock.advance(20_000)
    put('b', 'default')
    await clock.advance(10_000)
    expect(watched.state()).toMatchObject([
      { namespace: 'default', pods: 1, staleSeconds: 10 },
      { namespace: 'other', pods: 1, staleSeconds: 30 },
    ])
    await watched.stop()
    expect(clock.pendingCount).toBe(0)
  })
})
