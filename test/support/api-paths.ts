/** `/api/v1/namespaces/NAMESPACE/PLURAL`, and what follows it. */
export function inNamespace(namespace: string, plural: string, ...rest: readonly string[]): string {
  return ['/api/v1/namespaces', namespace, plural, ...rest].join('/')
}

/** The pods of a namespace, one of them (`name`), or a part of that (`log`, `status`, …). */
export function podsPath(namespace: string, ...rest: readonly string[]): string {
  return inNamespace(namespace, 'pods', ...rest)
}

/** A path with a query. */
export function withQuery(path: string, query: Readonly<Record<string, string | number | boolean>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) search.set(name, String(value))
  return `${path}?${search}`
}
