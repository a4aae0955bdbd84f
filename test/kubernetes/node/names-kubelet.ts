import { kubernetesNodes } from '../node-kinds.ts'

/** Whether a run of the suites is to start a kubelet: `CONFORMANCE` names kubernetes, and `KUBERNETES_NODES` leaves it in. */
export function namesKubelet(env: Readonly<Record<string, string | undefined>>): boolean {
  return (
    (env.CONFORMANCE ?? '').split(',').includes('kubernetes') &&
    kubernetesNodes(env.KUBERNETES_NODES).includes('kubelet')
  )
}
