import { describe, expect, it } from 'vitest'
import { EntryCutter, EntryPrinter, EntryTimes, MAX_ENTRY_BYTES, parseEntry } from '../../src/kubelet/cri-log.ts'

const time = () => '2026-01-01T00:00:00.000000000Z'
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

describe('EntryCutter', () => {
  it('keeps a line back until it is complete', () => {
    const cutter = new EntryCutter('stdout')
    expect(text(cutter.cut(Buffer.from('one\ntw'), time))).toBe(`${time()} stdout F one\n`)
    expect(text(cutter.cut(Buffer.from('o\n\n'), time))).toBe(`${time()} stdout F two\n${time()} stdout F \n`)
    expect(text(cutter.end(time))).toBe('')
  })

  it('marks a last line without line feed as partial', () => {
    const cutter = new EntryCutter('stderr')
    cutter.cut(Buffer.from('half'), time)
    expect(text(cutter.end(time))).toBe(`${time()} stderr P half\n`)
  })

  it('cuts long lines, and keeps every byte', () => {
    const cutter = new EntryCutter('stdout')
    const line = 'x'.repeat(2 * MAX_ENTRY_BYTES + 5)
    const written = text(cutter.cut(Buffer.from(`${line}\n`), time))
      .split('\n')
      .slice(0, -1)
    expect(written.map((entry) => entry.split(' ')[2])).toEqual(['P', 'P', 'F'])
    const printer = new EntryPrinter({ timestamps: true })
    const printed = written.map((entry) => text(printer.print(parseEntry(Buffer.from(`${entry}\n`))))).join('')
    expect(printed).toBe(`${time()} ${line}\n`)
  })
})

describe('EntryPrinter', () => {
  const entry = (time: string, text: string) => ({ time, text: Buffer.from(text) })

  it('leaves out what is older', () => {
    const printer = new EntryPrinter({ timestamps: false, since: Date.parse('2026-01-01T00:00:05Z') })
    expect(text(printer.print(entry('2026-01-01T00:00:04.999000000Z', 'old\n')))).toBe('')
    expect(text(printer.print(entry('2026-01-01T00:00:05.000000000Z', 'new\n')))).toBe('new\n')
  })

  it('stops at the limit, times counted in', () => {
    const printer = new EntryPrinter({ timestamps: true, limitBytes: 35 })
    expect(text(printer.print(entry(time(), 'abcdefgh\n')))).toBe(`${time()} abcd`)
    expect(printer.isFull).toBe(true)
  })
})

describe('EntryTimes', () => {
  it('never repeats a time and never goes back', () => {
    let now = Date.parse('2026-01-01T00:00:00.001Z')
    const times = new EntryTimes(() => now)
    const seen = [times.next(), times.next()]
    now -= 500
    seen.push(times.next())
    now += 501
    seen.push(times.next())
    expect(seen).toEqual([
      '2026-01-01T00:00:00.001000000Z',
      '2026-01-01T00:00:00.001000001Z',
      '2026-01-01T00:00:00.001000002Z',
      '2026-01-01T00:00:00.002000000Z',
    ])
  })
})
