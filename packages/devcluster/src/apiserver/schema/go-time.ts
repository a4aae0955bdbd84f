/** Text that is no time; the message is that of Go's `time.Parse`. */
export class TimeError extends Error {
  override readonly name = 'TimeError'
}

/** A point in time. */
export interface GoTime {
  /** Since 1970, in UTC. */
  readonly seconds: number
  readonly microseconds: number
}

/** One piece of a layout: what stands before it, how it is written in the layout, and what it may be. */
interface Piece {
  readonly before: string
  readonly layout: string
  readonly form: RegExp
  readonly called?: string
  readonly most?: number
}

const PIECES: readonly Piece[] = [
  { before: '', layout: '2006', form: /^[0-9]{4}/ },
  { before: '-', layout: '01', form: /^[0-9]{2}/, called: 'month', most: 12 },
  { before: '-', layout: '02', form: /^[0-9]{2}/ },
  { before: 'T', layout: '15', form: /^[0-9]{1,2}/, called: 'hour', most: 23 },
  { before: ':', layout: '04', form: /^[0-9]{2}/, called: 'minute', most: 59 },
  { before: ':', layout: '05', form: /^[0-9]{2}/, called: 'second', most: 59 },
]
const LAYOUTS = { seconds: '2006-01-02T15:04:05Z07:00', microseconds: '2006-01-02T15:04:05.000000Z07:00' }
const ZONE = /^(?:Z|([+-])([0-9]{2}):([0-9]{2}))/

/**
 * Reads a time in the form of RFC 3339 as Go does, which is not quite that of the RFC: an hour may have one digit. With
 * `microseconds` exactly six digits of them must be there; else a fraction of any length may.
 *
 * @throws {TimeError}
 */
export function parseGoTime(text: string, precision: keyof typeof LAYOUTS): GoTime {
  const layout = LAYOUTS[precision]
  let rest = text
  const refuse = (wanted: string) =>
    new TimeError(
      `parsing time ${quoted(text)} as ${quoted(layout)}: cannot parse ${quoted(rest)} as ${quoted(wanted)}`,
    )
  const outOfRange = (what: string) => new TimeError(`parsing time ${quoted(text)}: ${what} out of range`)
  const take = (form: RegExp, wanted: string): RegExpExecArray => {
    const match = form.exec(rest)
    if (!match) throw refuse(wanted)
    rest = rest.slice(match[0].length)
    return match
  }
  const numbers = PIECES.map(({ before, layout: wanted, form, called, most = 9999 }) => {
    if (!rest.startsWith(before)) throw refuse(before)
    rest = rest.slice(before.length)
    const value = Number(take(form, wanted)[0])
    if (called !== undefined && (value > most || (called === 'month' && value === 0))) throw outOfRange(called)
    return value
  })
  const fraction =
    precision === 'microseconds' ? take(/^[.,][0-9]{6}/, '.000000')[0] : (/^[.,][0-9]+/.exec(rest)?.[0] ?? '.')
  if (precision === 'seconds' && fraction !== '.') rest = rest.slice(fraction.length)
  const [, sign, hours = '0', minutes = '0'] = take(ZONE, 'Z07:00')
  if (Number(hours) > 24) throw outOfRange('time zone offset hour')
  if (Number(minutes) > 60) throw outOfRange('time zone offset minute')
  if (rest !== '') throw new TimeError(`parsing time ${quoted(text)}: extra text: ${quoted(rest)}`)
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  if (day === 0 || date.getUTCDate() !== day) throw outOfRange('day')
  date.setUTCHours(hour, minute, second)
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === '-' ? -1 : 1)
  return {
    seconds: date.getTime() / 1000 - offset,
    microseconds: Number(fraction.slice(1, 7).padEnd(6, '0')),
  }
}

/** As `time.Parse` quotes, which is not as everything else in Go does. */
function quoted(text: string): string {
  let inner = ''
  for (const character of text) {
    if (character === '"' || character === '\\') inner += `\\${character}`
    else if (character >= ' ' && character <= '\x7f') inner += character
    else for (const byte of Buffer.from(character)) inner += `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `"${inner}"`
}
