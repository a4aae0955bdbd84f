import * as fc from 'fast-check'
import { utf8 } from '../wire-request.ts'

/** Every place in a value, as the steps to it; the value itself has none. */
export function placesIn(value: unknown, path: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  const inside = Array.isArray(value)
    ? value.flatMap((item, index) => placesIn(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))
  return [path, ...inside]
}

/** The JSON of a value in which a place has another text, JSON or not. */
export function replacedIn(value: unknown, path: readonly (string | number)[], text: string): string {
  const [step, ...rest] = path
  if (step === undefined) return text
  const parts = Array.isArray(value)
    ? value.map((item, index) => (index === step ? replacedIn(item, rest, text) : utf8(JSON.stringify(item))))
    : Object.entries(value as object).map(
        ([key, item]) =>
          `${utf8(JSON.stringify(key))}:${key === step ? replacedIn(item, rest, text) : utf8(JSON.stringify(item))}`,
      )
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}

const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth)

/** What may stand where something else should: of another type, too large, no JSON. */
export const wrongValue = fc.oneof(
  fc.constantFrom(
    'null',
    'true',
    'false',
    '0',
    '1',
    '-1',
    '1.5',
    '1.0',
    '1e3',
    '-0',
    '""',
    '"x"',
    '[]',
    '{}',
    '[null]',
    '[{}]',
    '[[]]',
    '{"a":1}',
    '{"a":null}',
  ),
  fc.constantFrom(
    '2147483648',
    '-2147483649',
    '9223372036854775807',
    '9223372036854775808',
    '1e19',
    '1e400',
    '-1e400',
    '1e-400',
    '18446744073709551616',
    '0.1e1',
  ),
  fc.constantFrom(
    '"1"',
    '"true"',
    '" "',
    '"\\n"',
    '"\\u0000"',
    '"\\ud800"',
    '"\\ud83d\\ude00"',
    '"a b"',
    '"A_B"',
    '"-a"',
    '"a/b"',
    '"a/b/c"',
    '"."',
    '".."',
  ),
  fc.constantFrom(
    '"2026-13-01T00:00:00Z"',
    '"2026-01-01"',
    '"2026-01-01T00:00:00.123456789+02:00"',
    '"0001-01-01T00:00:00Z"',
    '"1Gi"',
    '"-1"',
    '"1 Gi"',
    '"1e3"',
    '"=="',
    '"eA"',
  ),
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-',
    '+1',
    '01',
    '.5',
    '1.',
    '1e',
    '0x10',
    'tru',
    'nul',
    'True',
    'undefined',
    "'a'",
    '"',
    '"\\x"',
    '"\\u12"',
    '"\\',
    '',
    '/* */1',
    '1//',
  ),
  fc.constantFrom(
    '"\t"',
    '"\n"',
    '"\x00"',
    '"\xff"',
    `"${utf8('é')}"`,
    `"${utf8('\u{1f600}')}"`,
    `"${'x'.repeat(64)}"`,
    `"${'x'.repeat(300)}"`,
    utf8('\u00a0'),
    '\ufeff'.length.toString(),
  ),
  fc.constantFrom(
    nested('[', ']', 50),
    nested('{"a":', '}', 50).replace(/:}/, ':1}'),
    nested('[', ']', 11_000),
    '['.repeat(300),
  ),
)

/** A text with one byte or a few of them taken out, put in or replaced. */
export function broken(text: string): fc.Arbitrary<string> {
  const piece = fc.constantFrom(
    '',
    '{',
    '}',
    '[',
    ']',
    '"',
    ':',
    ',',
    '\\',
    ' ',
    '\n',
    '\t',
    '-',
    '0',
    'a',
    'e',
    '.',
    '#',
    '&',
    '*',
    '!',
    '|',
    '>',
    '%',
    '@',
    '`',
    "'",
    '\x00',
    '\xff',
    '\xef\xbb\xbf',
  )
  return fc
    .tuple(fc.nat(text.length), fc.constantFrom(0, 0, 1, 2, text.length), piece)
    .map(([at, removed, put]) => text.slice(0, at) + put + text.slice(at + removed))
}
