import { expect, it } from 'vitest'
import { parseQuotaRefusal } from '../../../src/loops/launching/quota-message.ts'
import { type QuotaStatus, quotaRoom } from '../../../src/loops/launching/quota-room.ts'

const said = (requested: string) => {
  const refusal = parseQuotaRefusal(`exceeded quota: q, requested: ${requested}, used: pods=1, limited: pods=1`)
  if (!refusal) throw new Error('no refusal')
  return refusal
}
const roomIn = (requested: string, q: QuotaStatus | null, name = 'q') =>
  quotaRoom(said(requested), new Map([[name, q]]))

it.each([
  ['pods=1', { pods: '50' }, { pods: '47' }, 3],
  ['pods=1', { pods: '50' }, {}, 50],
  ['pods=1', { pods: '50' }, { pods: '53' }, -3],
  ['requests.cpu=500m', { 'requests.cpu': '2' }, { 'requests.cpu': '900m' }, 2],
  ['requests.cpu=100m', { 'requests.cpu': '1' }, { 'requests.cpu': '700m' }, 3],
  [
    'requests.cpu=1,requests.memory=1Gi',
    { 'requests.cpu': '9', 'requests.memory': '5Gi', pods: '1' },
    { 'requests.cpu': '1', 'requests.memory': '2Gi', pods: '1' },
    3,
  ],
  ['pods=1', { 'requests.cpu': '1' }, { 'requests.cpu': '1' }, Number.POSITIVE_INFINITY],
])('pods that ask for %s, of %o with %o used', (requested, hard, used, room) => {
  expect(roomIn(requested, { hard: { ...hard }, used: { ...used } })).toBe(room)
})

it('a quota that is gone limits nothing, one that was not told of is not known', () => {
  expect(roomIn('pods=1', null)).toBe(Number.POSITIVE_INFINITY)
  expect(roomIn('pods=1', { hard: { pods: '1' }, used: {} }, 'another')).toBeNull()
})

it('is not read out of other refusals', () => {
  expect(parseQuotaRefusal('status unknown for quota: q, resources: pods')).toBeNull()
})
