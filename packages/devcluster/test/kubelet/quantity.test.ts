import { expect, it } from 'vitest'
import { divideUp, quantityInBillionths } from '../../src/kubelet/quantity.ts'

it.each([
  ['0', 0n],
  ['1', 1_000_000_000n],
  ['500m', 500_000_000n],
  ['0.5', 500_000_000n],
  ['.5', 500_000_000n],
  ['2.', 2_000_000_000n],
  ['1k', 1_000_000_000_000n],
  ['1Ki', 1_024_000_000_000n],
  ['1.5Gi', 1_610_612_736_000_000_000n],
  ['1e3', 1_000_000_000_000n],
  ['2E-1', 200_000_000n],
  ['1E', 10n ** 27n],
  ['100n', 100n],
  ['0.1n', 1n],
  ['-1', -1_000_000_000n],
])('reads %s', (text, billionths) => {
  expect(quantityInBillionths(text)).toBe(billionths)
})

it.each(['', 'm', '1mm', '1 Gi', '1ki', 'one', '1.2.3', '0x10'])('refuses %j', (text) => {
  expect(quantityInBillionths(text)).toBeUndefined()
})

it('rounds up', () => {
  expect([divideUp(10n, 5n), divideUp(11n, 5n), divideUp(0n, 5n)]).toEqual([2n, 3n, 0n])
})
