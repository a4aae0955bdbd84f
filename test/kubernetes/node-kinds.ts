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
