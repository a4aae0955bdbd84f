/** A rendered text, in parts: what the author wrote, and what a template yielded. */
export interface RenderedPart {
  readonly text: string
  readonly isOutput: boolean
}

/**
 * Joins the parts so that Kubernetes' expansion of `$(VAR)` and `$$` gives every output back unchanged, while the
 * author's own text is expanded as ever. Kubernetes: `third_party/forked/golang/expansion`.
 *
 * A `$` of an output is doubled. A `$` or `$(` of the author's that would reach into an output (`$` at its edge, a
 * parenthesis that closes behind it) is doubled too: a reference counts only when the author wrote all of it.
 */
export function escapeForKubernetes(parts: readonly RenderedPart[]): string {
  let result = ''
  parts.forEach((part, index) => {
    const outputFollows = parts.slice(index + 1).some((later) => later.isOutput && later.text !== '')
    result += part.isOutput ? part.text.replaceAll('$', '$$$$') : escapeLiteral(part.text, outputFollows)
  })
  return result
}

function escapeLiteral(text: string, outputFollows: boolean): string {
  if (!outputFollows) return text
  let result = ''
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at)
    if (char !== '$') {
      result += char
      continue
    }
    const next = text.charAt(at + 1)
    if (next === '$') {
      result += '$$'
      at++
    } else if (next === '(') {
      const end = text.indexOf(')', at)
      if (end === -1) {
        result += '$$'
      } else {
        result += text.slice(at, end + 1)
        at = end
      }
    } else {
      result += next === '' ? '$$' : '$'
    }
  }
  return result
}
