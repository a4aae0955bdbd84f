import type { ListOptions, PodVerbs } from '../kube/kube-client.ts'
import type { PodView } from '../kube/pod-view.ts'
import { isExpired } from '../kube/status-predicates.ts'

export interface ListAllOptions<T> extends Omit<ListOptions<T>, 'continue' | 'resourceVersion'> {
  readonly project: (pod: PodView) => T
}

export interface FullList<T> {
  readonly items: readonly T[]
  /** All pages are of this one version. */
  readonly resourceVersion: string
}

/** Small enough for one answer to come in time, large enough that 10,000 pods are 20 requests. client-go's pager has the same. */
const PAGE_SIZE = 500

/**
 * Reads a list page by page. A continue token that expires on the way (the server compacts every five minutes) begins the
 * list anew, since its pages would else be of two versions; the second time without pages, in one answer.
 */
export async function listAll<T>(
  pods: Pick<PodVerbs, 'list'>,
  namespace: string | null,
  options: ListAllOptions<T>,
): Promise<FullList<T>> {
  for (const limit of [options.limit ?? PAGE_SIZE, options.limit ?? PAGE_SIZE]) {
    const list = await listPages(pods, namespace, { ...options, limit })
    if (list) return list
  }
  const { limit: _, ...whole } = options
  const { items, resourceVersion } = await pods.list(namespace, whole)
  return { items, resourceVersion }
}

/** Undefined: a continue token expired. */
async function listPages<T>(
  pods: Pick<PodVerbs, 'list'>,
  namespace: string | null,
  options: ListAllOptions<T>,
): Promise<FullList<T> | undefined> {
  const items: T[] = []
  let token: string | undefined
  for (;;) {
    let page: Awaited<ReturnType<typeof pods.list<T>>>
    try {
      page = await pods.list(namespace, token === undefined ? options : { ...options, continue: token })
    } catch (error) {
      if (token !== undefined && isExpired(error)) return undefined
      throw error
    }
    for (const item of page.items) items.push(item)
    if (!page.continue) return { items, resourceVersion: page.resourceVersion }
    token = page.continue
  }
}
