/** Where something stands in a DAG's document: keys and list indexes from the top. */
export type DocumentPath = readonly (string | number)[]

/** As problems show it: `tasks.extract.upstream[1]`, `env["a.b"]`. Null for the top. */
export function documentPathText(path: DocumentPath): string | null {
  if (path.length === 0) return null
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`
      if (!/^[\p{L}\p{N}_-]+$/u.test(part)) return `[${JSON.stringify(part)}]`
      return index === 0 ? part : `.${part}`
    })
    .join('')
}

/** Reads {@link documentPathText} back. */
export function parseDocumentPath(text: string): DocumentPath {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, word]) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? (word ?? '') : String(JSON.parse(quoted))
  })
}
