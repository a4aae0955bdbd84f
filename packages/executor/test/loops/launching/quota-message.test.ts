import { expect, it } from 'vitest'
import { neverWithinQuota } from '../../../src/loops/launching/quota-message.ts'

const said = (requested: string, limited: string) =>
  `pods "p" is forbidden: exceeded quota: q, requested: ${requested}, used: ${requested}, limited: ${limited}`

it.each([
  ['pods=1', 'pods=1', null],
  ['requests.cpu=2', 'requests.cpu=1', { resource: 'requests.cpu', requested: '2', limited: '1' }],
  [
    'requests.cpu=500m,requests.memory=2Gi',
    'requests.cpu=1,requests.memory=1Gi',
    { resource: 'requests.memory', requested: '2Gi', limited: '1Gi' },
  ],
  ['requests.memory=1G', 'requests.memory=1Gi', null],
  ['requests.cpu=1001m', 'requests.cpu=1', { resource: 'requests.cpu', requested: '1001m', limited: '1' }],
  ['requests.memory=1e3', 'requests.memory=1k', null],
  ['count/pods=x', 'count/pods=1', null],
])('%s of %s', (requested, limited, expected) => {
  expect(neverWithinQuota(said(requested, limited))).toEqual(expected)
})
