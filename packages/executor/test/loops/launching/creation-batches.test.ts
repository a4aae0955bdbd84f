import { expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import { CreationBatches } from '../../../src/loops/launching/creation-batches.ts'
import { RecordedMetrics } from '../../support/recorded-metrics.ts'

it('sends what a loop began when the next one comes, its duration when the last was answered, and nothing of an idle one', async () => {
  const metrics = new RecordedMetrics()
  const clock = new FakeClock()
  const batches = new CreationBatches({ metrics, clock })
  batches.next()
  const answers = [batches.begin(), batches.begin()]
  await clock.advance(30)
  batches.next()
  const later = batches.begin()
  answers[0]?.()
  await clock.advance(20)
  expect(metrics.count('kubernetes_executor.pod_creation_batch_duration')).toBe(0)
  answers[1]?.()
  batches.next()
  later()
  batches.next()
  expect(metrics.sent.map(({ name, value }) => [name.split('batch_')[1], value])).toEqual([
    ['size', 2],
    ['duration', 50],
    ['size', 1],
    ['duration', 20],
  ])
})
