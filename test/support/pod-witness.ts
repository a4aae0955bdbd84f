import { podsPath, withQuery } from './api-paths.ts'
import { createPod } from './pods-by-api.ts'
import type { RawApi } from './raw-api.ts'
import { unboundPod } from './test-pod.ts'

/** Sees every pod that ever is in a namespace. */
export interface PodWitness extends Disposable {
  /** The names of all pods that were created so far, each as often as it was created, in order of name. */
  createdNames(): Promise<string[]>
}

/** Watches a namespace from now on. */
export async function witnessPods(api: RawApi, namespace: string): Promise<PodWitness> {
  const { body } = await api.get<{ metadata: { resourceVersion: string } }>(podsPath(namespace))
  let { resourceVersion } = body.metadata
  const open = () => api.watch(withQuery(podsPath(namespace), { watch: true, resourceVersion }))
  let watch = open()
  const names: string[] = []
  let markers = 0

  /** Reads on up to the pod of this name. A server closes watches that it finds slow: they go on at the last version. */
  const readUntil = async (last: string) => {
    for (;;) {
      const event = await watch.nextOrEnd()
      if (event === null) {
        watch = open()
        continue
      }
      if (event.type === 'ERROR') throw new Error(`the witness has missed something: ${JSON.stringify(event.object)}`)
      resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion
      if (event.type !== 'ADDED') continue
      if (event.object.metadata.name === last) return
      names.push(event.object.metadata.name ?? '')
    }
  }
  return {
    async createdNames() {
      // Once this was seen, all before it were.
      const marker = `witness-${++markers}`
      await createPod(api, namespace, unboundPod(marker))
      await readUntil(marker)
      return names.toSorted()
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
}
