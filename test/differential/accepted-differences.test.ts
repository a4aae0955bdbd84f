import { describe, expect, it } from 'vitest'
import { acceptedDifferences } from './accepted-differences.ts'

const REFUSED =
  'Pod "a" is invalid: [spec: Forbidden: only additions (allow it to be set to 1 if it was previously negative)\n'

/** What all rows leave of a text. */
function rewritten(text: string): string | undefined {
  let left: string | undefined = text
  for (const { rewrite } of acceptedDifferences) left = left === undefined ? undefined : rewrite(left)
  return left
}

describe('acceptedDifferences', () => {
  it("drops the dev cluster's own warnings, and no other", () => {
    expect(rewritten('299 - "the dev cluster has no garbage collector"')).toBeUndefined()
    expect(rewritten('299 - "unknown field \\"foo\\""')).toBe('299 - "unknown field \\"foo\\""')
  })

  it('hides what differs behind a refused update of a pod, and keeps what follows', () => {
    const behind = ', spec.tolerations: Forbidden: no]'
    expect(rewritten(`${REFUSED}  core.PodSpec{ ... }\n${behind}`)).toBe(`${REFUSED}<what differs>${behind}`)
    expect(rewritten(`${REFUSED}- spec.hostname: "x"\n${behind}`)).toBe(`${REFUSED}<what differs>${behind}`)
  })

  it('sorts the keys of what a patch made of an object', () => {
    const shown = (text: string) => ` "" is invalid: patch: Invalid value: ${JSON.stringify(text)}: no`
    expect(rewritten(shown('{"b":1,"a":2}'))).toBe(shown('{"a":2,"b":1}'))
  })
})
