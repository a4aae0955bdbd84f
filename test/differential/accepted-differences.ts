import { PATCHED_OBJECT } from './normalised.ts'

/** A difference that both servers may have, and why. */
export interface AcceptedDifference {
  readonly reason: string
  /** Replaces, in a text of either server, what may differ. Undefined: the text is left out of its list. */
  readonly rewrite: (text: string) => string | undefined
}

/** All that is not compared. Each row is as small as it can be, and is taken out once a run does not need it any more. */
export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    reason: 'the dev cluster warns of what it stores and does not act on',
    rewrite: (text) => (text.startsWith('299 - "the dev cluster ') ? undefined : text),
  },
  {
    reason:
      'behind the refusal of a pod update Kubernetes prints a difference of its Go structs; the dev cluster names the fields',
    rewrite: (text) =>
      text.replace(
        /(if it was previously negative\)\n)[\s\S]*?(?=$|, spec\.[a-zA-Z]+(\[|:|\.)|\]$)/,
        '$1<what differs>',
      ),
  },
  {
    reason:
      'what is wrong with the types in a strategic patch is said by a converter of Go structs, which has taken nulls out of the patch by then; the dev cluster says it as of JSON',
    rewrite: (text) =>
      text
        .replace(
          /((?:^|patch: )Invalid value: ")map\[[\s\S]*\]": (?!strict decoding error)[\s\S]*$/,
          '$1<patch>": <what is wrong>',
        )
        .replace(/\bresourceVersion:\d+/g, 'resourceVersion:<version>'),
  },
  {
    reason: 'fields that a patch must not have are told in the order of a Go map',
    rewrite: (text) =>
      text.replace(/(strict decoding error: )([\s\S]*)$/, (_, before: string, fields: string) => {
        return before + fields.split(', ').toSorted().join(', ')
      }),
  },
  {
    reason:
      'what a patch makes of an object, where that is refused, is shown with its keys in an order that depends on what the patch touched',
    rewrite: (text) =>
      text.replace(
        PATCHED_OBJECT,
        (_, before: string, shown: string) =>
          before + JSON.stringify(JSON.stringify(sorted(JSON.parse(JSON.parse(shown))))),
      ),
  },
]

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, part]) => [key, sorted(part)]),
  )
}
