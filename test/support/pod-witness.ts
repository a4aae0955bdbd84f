import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { podsPath } from './api-paths.ts'
import { createPod } from './pods-by-api.ts'
import type { RawApi } from './raw-api.ts'
import { ResumedWatch } from './resumed-watch.ts'
import { unboundPod } from './test-pod.ts'

/** Sees every pod that ever is in a namespace. */
export interface PodWitness extends Disposable {
  /** The names of all pods that were created so far, each as often as it was created, in order of name. */
  createdNames(): Promise<string[]>
  /** The names of all pods that got a node so far, each as often as a pod of that name did, in order. */
  scheduledNames(): Promise<string[]>
}

/** Watches a namespace from now on. */
export async function witnessPods(api: RawApi, namespace: string): Promise<PodWitness> {
  const { body } = await api.get<{ metadata: { resourceVersion: string } }>(podsPath(namespace))
  const watch = new ResumedWatch(api, podsPath(namespace), body.metadata.resourceVersion)
  const names: string[] = []
  const scheduled = new Map<string, string>()
  let markers = 0

  /** Reads on up to the pod of this name. */
  const readUntil = async (last: string) => {
    for (;;) {
      const event = await watch.next()
      const { metadata, spec } = event.object as Pod
      if (spec?.nodeName) scheduled.set(metadata?.uid ?? '', metadata?.name ?? '')
      if (event.type !== 'ADDED') continue
      if (event.object.metadata.name === last) return
      names.push(event.object.metadata.name ?? '')
    }
  }
  const readAll = async () => {
    // Once this was seen, all before it were.
    const marker = `witness-${++markers}`
    await createPod(api, namespace, unboundPod(marker))
    await readUntil(marker)
  }
  return {
    async createdNames() {
      await readAll()
      return names.toSorted()
    },
    async scheduledNames() {
      await readAll()
      return [...scheduled.values()].toSorted()
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
}
