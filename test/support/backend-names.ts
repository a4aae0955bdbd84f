export const backendNames = ['devcluster', 'kubernetes', 'existing'] as const

export type BackendName = (typeof backendNames)[number]

/**
 * The backends that `CONFORMANCE` names, comma-separated, in one order and each once; the dev cluster when it names none.
 *
 * @throws Error that lists the names when one is unknown
 */
export function namedBackends(conformance: string | undefined): readonly BackendName[] {
  const named = (conformance ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = named.filter((name) => !backendNames.some((known) => known === name))
  if (unknown.length > 0) {
    throw new Error(`CONFORMANCE: no backend is called ${unknown.join(', ')}; there are ${backendNames.join(', ')}`)
  }
  return named.length === 0 ? ['devcluster'] : backendNames.filter((name) => named.includes(name))
}

/** One line for each backend that was not named. */
export function backendsNotNamed(conformance: string | undefined): readonly string[] {
  const named = namedBackends(conformance)
  return backendNames
    .filter((name) => !named.includes(name))
    .map((name) => `conformance: ${name} not run: name it in CONFORMANCE`)
}
