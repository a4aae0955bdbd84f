import { describe, expect, it } from 'vitest'
import { checkSchedule, parseIsoTime } from '../../src/dag/check-schedule.ts'
import { Findings } from '../../src/dag/finding.ts'

function problemsOf(schedule: string, startDate: string | undefined = '2026-01-01') {
  const found = new Findings()
  checkSchedule(schedule, startDate, 'camel', found)
  return found.problems.map(({ path, message, hint }) => `${path.join('.')}: ${message}; ${hint}`)
}

describe('checkSchedule', () => {
  it.each(['0 6 * * *', '*/5 0-6 1,15 * MON-FRI', ' 0 0 29 2 * ', '@once', '@daily', '@quarterly', '@continuous'])(
    'takes %s',
    (schedule) => {
      expect(problemsOf(schedule)).toEqual([])
    },
  )

  it.each([
    ['61 * * * *', 'schedule: "61 * * * *" is no schedule; Invalid value for minute: 61'],
    ['0 6 * *', 'schedule: "0 6 * *" is no schedule; cron has 5 fields (minute hour day month weekday), this has 4'],
    [
      '0 0 6 * * *',
      'schedule: "0 0 6 * * *" is no schedule; cron has 5 fields (minute hour day month weekday), this has 6',
    ],
    ['', 'schedule: "" is no schedule; cron has 5 fields (minute hour day month weekday), this has 0'],
    ['@dayly', 'schedule: "@dayly" is no schedule; did you mean "@daily"?'],
    ['0 0 31 2 *', 'schedule: the schedule "0 0 31 2 *" never comes; check day and month'],
    ['2026-01-01T00:00:00', expect.stringContaining('this has 1')],
  ])('refuses %j', (schedule, problem) => {
    expect(problemsOf(schedule)).toEqual([problem])
  })

  it('needs a start date', () => {
    expect(problemsOf('@daily', '')).toEqual(['startDate: "" is no date; write 2026-01-31 or 2026-01-31T06:00:00Z'])
    const found = new Findings()
    checkSchedule('@daily', undefined, 'snake', found)
    expect(found.problems[0]?.path).toEqual(['start_date'])
  })
})

describe('parseIsoTime', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T06:00', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31 06:00:00.5', '2026-01-31T06:00:00.500Z'],
    ['2026-01-31T06:00:00+02:00', '2026-01-31T04:00:00.000Z'],
    ['2026-01-31T06:00:00-0130', '2026-01-31T07:30:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ])('%s', (text, iso) => {
    expect(new Date(parseIsoTime(text) ?? Number.NaN).toISOString()).toBe(iso)
  })

  it.each(['2026-02-29', '2026-13-01', '2026-1-1', 'tomorrow', '2026-01-01T25:00', '20260101', ''])(
    'refuses %j',
    (text) => {
      expect(parseIsoTime(text)).toBeUndefined()
    },
  )
})
