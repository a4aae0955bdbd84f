/** The kinds of node that the test Kubernetes can have: kwok plays pods, a kubelet runs them in containers. */
export const nodeKinds = ['kwok', 'kubelet'] as const

export type NodeKind = (typeof nodeKinds)[number]

/**
 * The kinds in a comma-separated list, as `KUBERNETES_NODES` and `--node` have it; all when it names none.
 *
 * @throws Error that lists the kinds when one is unknown
 */
export function kubernetesNodes(list: string | undefined): readonly NodeKind[] {
  const named = (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = named.filter((name) => !nodeKinds.some((known) => known === name))
  if (unknown.length > 0) throw new Error(`no node is called ${unknown.join(', ')}; there are ${nodeKinds.join(', ')}`)
  return named.length === 0 ? nodeKinds : nodeKinds.filter((name) => named.includes(name))
}

/** One line for each kind of node that is not there: the cases that do not run without it. */
export function casesLeftOut(nodes: readonly NodeKind[]): string[] {
  const cases = { kwok: 'the cases with scripted pods', kubelet: 'the cases with real containers' }
  return nodeKinds
    .filter((kind) => !nodes.includes(kind))
    .map((kind) => `${cases[kind]} not run on kubernetes: KUBERNETES_NODES leaves ${kind} out`)
}
