import { expect, it } from 'vitest'
import { terminationMessage } from '../../src/kubelet/termination-message.ts'

const bytes = (text: string) => Buffer.from(text)
const base = { file: bytes(''), exitCode: 0, policy: 'File', logTail: () => bytes('log\n'), containersInPod: 1 }

it('is what the file holds', () => {
  expect(terminationMessage({ ...base, file: bytes('{"rows":3}\n') })).toBe('{"rows":3}\n')
})

it('keeps the last 4096 bytes of the file', () => {
  expect(terminationMessage({ ...base, file: bytes(`${'a'.repeat(10)}${'b'.repeat(4096)}`) })).toBe('b'.repeat(4096))
})

it('cuts to the share of the 12 KiB that a container has', () => {
  const file = bytes(`${'a'.repeat(3072)}${'b'.repeat(1024)}`)
  expect(terminationMessage({ ...base, file, containersInPod: 4 })).toBe('a'.repeat(3072))
})

it.each([
  ['File', 1, '', ''],
  ['FallbackToLogsOnError', 0, '', ''],
  ['FallbackToLogsOnError', 1, '', 'log\n'],
  ['FallbackToLogsOnError', 1, 'written', 'written'],
])('with policy %s, exit code %i and file %j is %j', (policy, exitCode, file, message) => {
  expect(terminationMessage({ ...base, policy, exitCode, file: bytes(file) })).toBe(message)
})

it('takes at most 2048 bytes of the log', () => {
  const logTail = () => bytes(`${'a'.repeat(100)}${'b'.repeat(2048)}`)
  expect(terminationMessage({ ...base, policy: 'FallbackToLogsOnError', exitCode: 2, logTail })).toBe('b'.repeat(2048))
})

it('replaces bytes that are no UTF-8', () => {
  expect(terminationMessage({ ...base, file: Buffer.from([0x61, 0xff, 0x62]) })).toBe('a�b')
})
