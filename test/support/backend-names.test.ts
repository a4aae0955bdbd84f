import { describe, expect, it } from 'vitest'
import { backendsNotNamed, namedBackends } from './backend-names.ts'

describe('namedBackends', () => {
  it('is the dev cluster when nothing is named', () => {
    expect([undefined, '', ' , '].map(namedBackends)).toEqual([['devcluster'], ['devcluster'], ['devcluster']])
  })

  it('takes each name once, in one order', () => {
    expect(namedBackends('kubernetes, devcluster,kubernetes')).toEqual(['devcluster', 'kubernetes'])
  })

  it('refuses unknown names, and says which there are', () => {
    expect(() => namedBackends('kubernets,devcluster,x')).toThrow(
      'CONFORMANCE: no backend is called kubernets, x; there are devcluster, kubernetes, existing',
    )
  })
})

it('says which were not named', () => {
  expect(backendsNotNamed('existing')).toEqual([
    'conformance: devcluster not run: name it in CONFORMANCE',
    'conformance: kubernetes not run: name it in CONFORMANCE',
  ])
})
