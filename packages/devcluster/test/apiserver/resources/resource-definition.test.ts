import { expect, it } from 'vitest'
import { humanDuration } from '../../../src/apiserver/resources/resource-definition.ts'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

it.for<readonly [number, string]>([
  [0, '0s'],
  [119, '119s'],
  [2 * MINUTE, '2m'],
  [2 * MINUTE + 5, '2m5s'],
  [15 * MINUTE + 5, '15m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR, '3h'],
  [3 * HOUR + 5 * MINUTE, '3h5m'],
  [47 * HOUR, '47h'],
  [2 * DAY, '2d'],
  [2 * DAY + 3 * HOUR, '2d3h'],
  [30 * DAY, '30d'],
  [800 * DAY, '2y70d'],
  [-5, '<invalid>'],
])('%d seconds are %s', ([seconds, text]) => {
  expect(humanDuration(seconds * 1000)).toBe(text)
})
