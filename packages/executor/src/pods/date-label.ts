import { ArgumentError } from '../errors.ts'

const ISO_DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?)?$/i

/**
 * A date as label text: its ISO 8601 text with `:` as `_` and `+` as `_plus_`. A `Date` means +00:00.
 * Airflow: `datetime_to_label_safe_datestring`.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: no ISO 8601 date.
 */
export function datetimeToLabelSafeDatestring(date: string | Date): string {
  return isoDateTime(date).replaceAll(':', '_').replaceAll('+', '_plus_')
}

/**
 * The ISO 8601 text that a label of {@link datetimeToLabelSafeDatestring} stands for.
 *
 * @throws {ArgumentError} `ARGUMENT_INVALID`: no such label.
 */
export function labelSafeDatestringToDatetime(label: string): string {
  return isoDateTime(label.replaceAll('_plus_', '+').replaceAll('_', ':'))
}

/**
 * A date as Python's `isoformat()` writes it: microseconds in six digits and only when there are some, `Z` as `+00:00`,
 * no offset where none was given.
 */
export function isoDateTime(date: string | Date): string {
  if (date instanceof Date) {
    if (Number.isNaN(date.getTime())) throw new ArgumentError('the date is invalid')
    return isoDateTime(date.toISOString())
  }
  const match = ISO_DATE_TIME.exec(date)
  if (!match) throw notADate(date)
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00', fraction = '', zone = ''] = match
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  const isReal =
    Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= days && Number(year) >= 1
  if (!isReal || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) throw notADate(date)
  const micros = fraction.padEnd(6, '0').slice(0, 6)
  return `${year}-${month}-${day}T${hour}:${minute}:${second}${Number(micros) === 0 ? '' : `.${micros}`}${offset(zone, date)}`
}

/** `+00:00`, with seconds only when there are some; empty where the text had none. */
function offset(zone: string, date: string): string {
  if (zone === '') return ''
  if (zone === 'Z' || zone === 'z') return '+00:00'
  const digits = zone.slice(1).replaceAll(':', '')
  const [hours, minutes, seconds] = [digits.slice(0, 2), digits.slice(2, 4) || '00', digits.slice(4, 6)]
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) throw notADate(date)
  const isZero = Number(hours + minutes + seconds) === 0
  return `${isZero ? '+' : zone[0]}${hours}:${minutes}${Number(seconds) === 0 ? '' : `:${seconds}`}`
}

function notADate(date: string): ArgumentError {
  return new ArgumentError(`${JSON.stringify(date)} is no ISO 8601 date such as 2026-01-31T06:00:00+00:00`)
}
