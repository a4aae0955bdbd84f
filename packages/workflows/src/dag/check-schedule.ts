import { Cron } from 'croner'
import { type KeyStyle, styledKey } from './dag-document.ts'
import type { Findings } from './finding.ts'
import { nearestName } from './nearest-name.ts'

/** Airflow: `cron_presets`, and the two that are no cron. */
export const SCHEDULE_PRESETS: Readonly<Record<string, string | null>> = {
  '@once': null,
  '@continuous': null,
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@quarterly': '0 0 1 */3 *',
  '@yearly': '0 0 1 1 *',
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?$/

/** Checks `schedule` and `startDate`, and gives the latter as ISO 8601 in UTC. */
export function checkSchedule(
  schedule: string | undefined,
  startDate: string | undefined,
  style: KeyStyle,
  found: Findings,
): { readonly startDate: string | null } {
  const startDateKey = styledKey('startDate', style)
  if (schedule !== undefined) {
    const wrong = scheduleProblem(schedule)
    if (wrong) found.problem(['schedule'], ...wrong)
    if (startDate === undefined) {
      found.problem(
        [startDateKey],
        `a DAG with a schedule needs ${startDateKey}`,
        `add ${startDateKey}: the day of the first run, for instance 2026-01-01`,
      )
    }
  }
  const time = startDate === undefined ? undefined : parseIsoTime(startDate)
  if (startDate !== undefined && time === undefined) {
    found.problem([startDateKey], `${JSON.stringify(startDate)} is no date`, 'write 2026-01-31 or 2026-01-31T06:00:00Z')
  }
  return { startDate: time === undefined ? null : new Date(time).toISOString() }
}

/**
 * Milliseconds since 1970 of a date or time in ISO 8601; without an offset it is UTC. Undefined: it is none, or the
 * calendar has no such day.
 */
export function parseIsoTime(text: string): number | undefined {
  const match = DATE.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour = '00', minute = '00', second = '00', offset = 'Z'] = match
  const atMidnight = new Date(`${year}-${month}-${day}T00:00:00Z`)
  if (Number.isNaN(atMidnight.getTime()) || atMidnight.getUTCDate() !== Number(day)) return undefined
  const fraction = /\.\d+/.exec(text)?.[0] ?? ''
  const zone = /^[+-]\d{4}$/.test(offset) ? `${offset.slice(0, 3)}:${offset.slice(3)}` : offset
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`)
  return Number.isNaN(time) ? undefined : time
}

function scheduleProblem(schedule: string): [message: string, hint: string] | undefined {
  const named = `${JSON.stringify(schedule)} is no schedule`
  if (schedule.startsWith('@')) {
    if (schedule in SCHEDULE_PRESETS) return undefined
    const presets = Object.keys(SCHEDULE_PRESETS)
    const nearest = nearestName(schedule, presets)
    return [named, nearest ? `did you mean "${nearest}"?` : `presets: ${presets.join(', ')}`]
  }
  const fields = schedule.trim().split(/\s+/)
  if (fields.length !== 5) {
    return [named, `cron has 5 fields (minute hour day month weekday), this has ${schedule.trim() ? fields.length : 0}`]
  }
  try {
    const cron = new Cron(schedule.trim(), { paused: true, mode: '5-part', timezone: 'UTC' })
    if (cron.nextRun() === null) return [`the schedule ${JSON.stringify(schedule)} never comes`, 'check day and month']
    return undefined
  } catch (error) {
    return [named, error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error)]
  }
}
