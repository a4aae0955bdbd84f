import { expect, it } from 'vitest'
import { numbersIn } from '../measuring/archived-lines.ts'
import { logLine } from '../server/log-source.ts'

it('writes lines of 100 bytes that tell which they are', () => {
  expect(Buffer.byteLength(logLine(1_234))).toBe(100)
  expect(numbersIn(`${logLine(3)}[davit] words of ours\n${logLine(4)}${logLine(5).slice(0, 4)}`)).toEqual([3, 4])
})
