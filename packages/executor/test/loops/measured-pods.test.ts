import { expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { MeasuredPods } from '../../src/loops/measured-pods.ts'
import { apiError, connectionError, FakePods } from '../support/fake-pods.ts'
import { RecordedMetrics } from '../support/recorded-metrics.ts'

it('times each request by its verb and by how it ended', async () => {
  const metrics = new RecordedMetrics()
  const fake = new FakePods()
  const pods = new MeasuredPods(fake, { metrics, clock: new FakeClock() })
  fake.fault({ verb: 'get', error: apiError(404, 'NotFound', 'not here') })
  fake.fault({ verb: 'patch', error: connectionError('reset') })
  await pods.create('default', { metadata: { name: 'a' } })
  await pods.list('default', { project: (pod) => pod })
  await expect(pods.get('default', 'a')).rejects.toThrow('404')
  await expect(pods.patch('default', 'a', { type: 'merge', patch: {} })).rejects.toThrow('reset')
  await pods.delete('default', 'a')
  expect(metrics.of('davit_executor.api_request').map(({ tags }) => `${tags.verb} ${tags.status}`)).toEqual([
    'create 200',
    'list 200',
    'get 404',
    'patch reset',
    'delete 200',
  ])
})
