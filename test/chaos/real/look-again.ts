import type { StoredPod } from '../../support/pods-by-api.ts'
import type { RawApi } from '../../support/raw-api.ts'

const EVERY_MS = 10_000

/**
 * A kubelet looks at each of its pods every minute; kwok only when one changes, and forgets it when an event of its was lost
 * on the way. So pods that have stayed as they were between two looks are touched, which changes nothing but their version.
 */
export function lookAgain(api: RawApi, namespaces: readonly string[]): Disposable {
  let seen = new Map<string, string>()
  const look = async () => {
    const now = new Map<string, string>()
    for (const namespace of namespaces) {
      const path = `/api/v1/namespaces/${namespace}/pods`
      const { items } = (await api.get<{ items: StoredPod[] }>(path)).body
      for (const { metadata } of items) {
        now.set(metadata.uid, metadata.resourceVersion)
        if (seen.get(metadata.uid) !== metadata.resourceVersion) continue
        const annotations = { 'chaos.davit/looked-at': new Date().toISOString() }
        await api.patch(`${path}/${metadata.name}`, 'merge', { metadata: { uid: metadata.uid, annotations } })
      }
    }
    seen = now
  }
  // A look that fails is made good by the next.
  const timer = setInterval(() => void look().catch(() => {}), EVERY_MS)
  return { [Symbol.dispose]: () => clearInterval(timer) }
}
