/**
 * Replaces `$(NAME)` by what `resolve` gives for NAME; `$$` stands for one `$`, so `$$(NAME)` is literally `$(NAME)`.
 * Anything else is left as it is, an unclosed `$(` included. Kubernetes: third_party/forked/golang/expansion.
 */
export function expand(text: string, resolve: (name: string) => string): string {
  let out = ''
  let at = 0
  while (at < text.length) {
    const dollar = text.indexOf('$', at)
    if (dollar < 0 || dollar + 1 >= text.length) break
    out += text.slice(at, dollar)
    const next = text[dollar + 1]
    const end = next === '(' ? text.indexOf(')', dollar + 2) : -1
    if (next === '$') {
      out += '$'
      at = dollar + 2
    } else if (end >= 0) {
      out += resolve(text.slice(dollar + 2, end))
      at = end + 1
    } else {
      // The character behind the dollar belongs to the pair: in `$x` nothing is looked at twice.
      out += text.slice(dollar, dollar + 2)
      at = dollar + 2
    }
  }
  return out + text.slice(at)
}

/** Resolves names from `values`; an unknown one stays as it was written, `$(NAME)`. */
export function resolveFrom(values: ReadonlyMap<string, string>): (name: string) => string {
  return (name) => values.get(name) ?? `$(${name})`
}
