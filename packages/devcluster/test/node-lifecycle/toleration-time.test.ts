import type { Toleration } from 'kubernetes-types/core/v1.d.ts'
import { expect, it } from 'vitest'
import { tolerationMs } from '../../src/node-lifecycle/toleration-time.ts'

const forever = Number.POSITIVE_INFINITY
const of = (key: string, tolerationSeconds?: number): Toleration => ({
  key,
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
})

it.each<readonly [title: string, tolerations: Toleration[], taints: string[], ms: number]>([
  ['no taint', [], [], forever],
  ['a taint that is not tolerated', [of('b')], ['a'], 0],
  ['one of two that is not tolerated', [of('a')], ['a', 'b'], 0],
  ['a taint that is tolerated for ever', [of('a')], ['a'], forever],
  ['a taint that is tolerated for a while', [of('a', 3)], ['a'], 3_000],
  ['the shorter of two whiles', [of('a', 3), of('b', 2)], ['a', 'b'], 2_000],
  ['the first of two tolerations of one taint', [of('a', 3), of('a', 2)], ['a'], 3_000],
  ['no time at all', [of('a', -1)], ['a'], 0],
])('%s', (_title, tolerations, keys, ms) => {
  const taints = keys.map((key) => ({ key, effect: 'NoExecute' }))
  expect(tolerationMs(tolerations, taints)).toBe(ms)
})
