import { isExpired, type KubeClient, type PodView } from '@davit/executor'

const PAGE = 500

/** Airflow's four labels, and ours: pods of other systems are never meant. */
export function podSelector(deployment: string | undefined): string {
  const ours = deployment === undefined ? 'davit-deployment' : `davit-deployment=${deployment}`
  return `dag_id,task_id,try_number,airflow_version,${ours}`
}

/** Pods of tasks, page by page; each pod once, also where a list takes so long that it has to begin again. */
export async function* podPages(
  kube: Pick<KubeClient, 'pods'>,
  namespace: string | null,
  labelSelector: string,
): AsyncGenerator<readonly PodView[], void, undefined> {
  const seen = new Set<string | undefined>()
  let token: string | undefined
  for (;;) {
    try {
      const page = await kube.pods.list(namespace, {
        labelSelector,
        limit: PAGE,
        project: (pod) => pod,
        ...(token === undefined ? {} : { continue: token }),
      })
      const fresh = page.items.filter(({ metadata }) => !seen.has(metadata?.uid))
      for (const { metadata } of fresh) seen.add(metadata?.uid)
      token = page.continue
      yield fresh
    } catch (error) {
      if (token === undefined || !isExpired(error)) throw error
      token = undefined
      continue
    }
    if (token === undefined) return
  }
}
