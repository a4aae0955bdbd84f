import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import {
  AirflowKubernetesScheduler,
  type AirflowKubernetesSchedulerOptions,
  type KubernetesResult,
} from '../src/airflow-kubernetes-scheduler.ts'
import { apiError, FakePods } from './support/fake-pods.ts'
import { RecordedLogger } from './support/recorded-logger.ts'
import { keyOf } from './support/start-executor.ts'

function build(options: Partial<AirflowKubernetesSchedulerOptions> = {}) {
  const pods = new FakePods()
  const resultQueue: KubernetesResult[] = []
  const clock = new FakeClock()
  const logger = new RecordedLogger()
  const scheduler = new AirflowKubernetesScheduler({
    kube: { pods },
    schedulerJobId: '7',
    resultQueue,
    clock,
    random: () => 0,
    logger,
    ...options,
  })
  return { pods, scheduler, resultQueue, clock, logger }
}

const job = (id: string, more = {}) => ({ key: keyOf(id), args: ['true'], ...more })

describe('AirflowKubernetesScheduler', () => {
  it('runs a job, and turns what its pod says into a result', async () => {
    const { pods, scheduler, resultQueue, clock } = build()
    scheduler.start()
    const pod = await scheduler.runNext(job('extract', { kubeImage: 'busybox' }))
    expect(pod.spec?.containers?.[0]).toMatchObject({ name: 'base', image: 'busybox', args: ['true'] })
    await clock.advance(0)
    pods.finish(/extract/, 1)
    await clock.advance(0)
    expect(resultQueue).toEqual([])
    scheduler.sync()
    expect(resultQueue).toMatchObject([
      { key: keyOf('extract'), state: 'failed', podName: pod.metadata?.name, namespace: 'default' },
    ])
    await scheduler.terminate()
    expect([clock.pendingCount, pods.openWatches]).toEqual([0, 0])
  })

  it('sets neither finalizer nor gate, which nobody would take off', async () => {
    const { scheduler } = build({ config: { launchGate: true, outcomeFinalizer: true } })
    const { metadata, spec } = await scheduler.runNext(job('extract', { kubeImage: 'busybox' }))
    expect([metadata?.finalizers, spec?.schedulingGates]).toEqual([undefined, undefined])
  })

  it('takes the finalizer off with the label of a pod that is done with', async () => {
    const { pods, scheduler } = build()
    const finalizers = ['davit/outcome', 'x.y/theirs']
    const { metadata } = pods.put({ metadata: { name: 'p', finalizers } })
    await scheduler.patchPodExecutorDone({
      name: 'p',
      namespace: 'default',
      ...(metadata?.uid && { uid: metadata.uid }),
    })
    expect(pods.one('p').metadata).toMatchObject({
      finalizers: ['x.y/theirs'],
      labels: { airflow_executor_done: 'True' },
    })
  })

  it('I1: a job run twice is one pod', async () => {
    const { pods, scheduler } = build()
    const [first, second] = [await scheduler.runNext(job('extract')), await scheduler.runNext(job('extract'))]
    expect(first.metadata?.uid).toBe(second.metadata?.uid)
    expect(pods.all()).toHaveLength(1)
  })

  it('runs a batch, and keeps each job’s error to itself', async () => {
    const { pods, scheduler } = build()
    pods.fault({ verb: 'create', name: /denied/, error: apiError(403, 'Forbidden', 'no') })
    const jobs = [job('good'), job('denied'), job('bad', { executorConfig: { podTemplateFile: '/nowhere.yaml' } })]
    const results = await scheduler.runNextBatch(jobs)
    expect(results.map(([{ key }, error]) => [key.taskId, (error as { code?: string } | null)?.code ?? null])).toEqual([
      ['good', null],
      ['denied', 'KUBE_API'],
      ['bad', 'POD_TEMPLATE_INVALID'],
    ])
  })

  it('does not take a foreign pod for its own', async () => {
    const { pods, scheduler } = build()
    pods.put({ metadata: { name: 'mine' } })
    await expect(scheduler.runPodAsync({ metadata: { name: 'mine', namespace: 'default' } })).rejects.toMatchObject({
      code: 'POD_NAME_TAKEN',
    })
  })

  it('deletes by uid, and never another pod of the same name', async () => {
    const { pods, scheduler } = build()
    const pod = await scheduler.runNext(job('extract'))
    const { name = '', uid = '' } = pod.metadata ?? {}
    await scheduler.deletePod({ name, namespace: 'default', uid: 'another' })
    expect(pods.all()).toHaveLength(1)
    await scheduler.deletePod({ name, namespace: 'default', uid })
    await scheduler.deletePod({ name, namespace: 'default', uid })
    expect(pods.all()).toEqual([])
    pods.fault({ verb: 'delete', error: apiError(403, 'Forbidden', 'no') })
    await expect(scheduler.deletePod({ name, namespace: 'default' })).rejects.toMatchObject({ code: 'KUBE_API' })
  })

  it('labels pods as done and as revoked, and logs a refusal', async () => {
    const { pods, scheduler, logger } = build()
    const { metadata } = await scheduler.runNext(job('extract'))
    const pod = { name: metadata?.name ?? '', namespace: 'default' }
    await scheduler.patchPodExecutorDone(pod)
    await scheduler.patchPodRevoked(pod)
    expect(pods.one(/extract/).metadata?.labels).toMatchObject({
      airflow_executor_done: 'True',
      airflow_pod_revoked: 'True',
    })
    await scheduler.patchPodRevoked({ ...pod, uid: 'another' })
    await scheduler.patchPodRevoked({ ...pod, name: 'gone' })
    pods.fault({ verb: 'patch', error: apiError(403, 'Forbidden', 'no') })
    await scheduler.patchPodRevoked(pod)
    expect(logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
  })

  it('I8: passes over a find that names no task', () => {
    const { scheduler, resultQueue } = build()
    scheduler.processWatcherTask({
      podName: 'p',
      namespace: 'n',
      state: 'failed',
      annotations: { dag_id: 'x' },
      resourceVersion: '1',
    })
    expect(resultQueue).toEqual([])
  })
})
