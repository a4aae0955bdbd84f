import { expect, it } from 'vitest'
import { podQualityOfService } from '../../../../src/apiserver/resources/pod/pod-qos.ts'

const spec = (...resources: object[]) => ({
  containers: resources.map((each, index) => ({ name: `c${index}`, resources: each })),
})
const full = { cpu: '1', memory: '1Gi' }

it.for<readonly [string, ReturnType<typeof spec>, string]>([
  ['nothing', spec({}), 'BestEffort'],
  ['zero', spec({ requests: { cpu: '0' } }), 'BestEffort'],
  ['a request', spec({ requests: { cpu: '1' } }), 'Burstable'],
  ['limits that are requests', spec({ requests: full, limits: full }), 'Guaranteed'],
  ['the same in other words', spec({ requests: { cpu: '1000m', memory: '1024Mi' }, limits: full }), 'Guaranteed'],
  ['one container without', spec({ requests: full, limits: full }, {}), 'Burstable'],
  ['limits above requests', spec({ requests: { cpu: '500m', memory: '1Gi' }, limits: full }), 'Burstable'],
])('%s', ([, given, quality]) => {
  expect(podQualityOfService(given)).toBe(quality)
})
