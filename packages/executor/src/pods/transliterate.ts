import unidecode from 'unidecode'

/**
 * Blocks of 256 code points, by their high byte, for which `unidecode` has no table and gives nothing. Python's
 * text-unidecode has a mark there, so that such characters part words.
 */
const UNKNOWN_BLOCKS: ReadonlySet<number> = new Set([
  0x08,
  ...range(0x19, 0x1d),
  ...range(0x29, 0x2d),
  ...range(0x34, 0x4c),
  ...range(0xa5, 0xab),
  ...range(0xe0, 0xf8),
])

/** Code points that `unidecode` knows more of than text-unidecode does, in ranges; there they part words. */
const PARTING = ranges('2ef 2f3 3f6-3f8 3fc-3ff 6ff 13f5 13f8-13fd 25f4-25f7 af1 af9 1efa-1eff fdfd')

/** And those of which text-unidecode makes nothing at all. */
const VANISHING = ranges('80-9f 2e5-2eb')

/** What text-unidecode has for a character without a transliteration. Nothing of it survives in a name. */
const UNKNOWN_MARK = '[?]'

/**
 * Text in ASCII letters: `影師嗎` is `Ying Shi Ma `, `Компьютер` is `Komp'iuter`. The same as Python's text-unidecode, which
 * Airflow's names are made with, but for its marks of the unknown; characters beyond U+FFFF vanish, as there.
 */
export function transliterate(text: string): string {
  if (!/[^\0-\x7f]/.test(text)) return text
  let result = ''
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x80) result += character
    else if (code > 0xffff || VANISHING.has(code)) continue
    else if (UNKNOWN_BLOCKS.has(code >> 8) || PARTING.has(code)) result += UNKNOWN_MARK
    else result += unidecode(character)
  }
  return result
}

function range(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function ranges(written: string): ReadonlySet<number> {
  return new Set(
    written.split(' ').flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map((code) => Number.parseInt(code, 16))
      return range(first, last)
    }),
  )
}
