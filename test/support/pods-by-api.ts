import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { podsPath, withQuery } from './api-paths.ts'
import { eventually } from './eventually.ts'
import type { RawApi } from './raw-api.ts'

/** A pod as an API server answers it: with what it always sets. */
export type StoredPod = Pod & {
  readonly metadata: { name: string; namespace: string; uid: string; resourceVersion: string; generation: number }
  readonly status: NonNullable<Pod['status']> & { phase: string }
}

/** Creates a pod; throws when it is refused. */
export async function createPod(api: RawApi, namespace: string, pod: Pod): Promise<StoredPod> {
  const { status, body, text } = await api.post<StoredPod>(podsPath(namespace), pod)
  if (status !== 201) throw new Error(`pod ${pod.metadata?.name} was refused: ${text}`)
  return body
}

/** The pod, or null when there is none. */
export async function readPod(api: RawApi, namespace: string, name: string): Promise<StoredPod | null> {
  const { status, body, text } = await api.get<StoredPod>(podsPath(namespace, name))
  if (status !== 200 && status !== 404) throw new Error(`pod ${name} cannot be read: ${text}`)
  return status === 200 ? body : null
}

/** Waits until the pod is in a phase. */
export async function untilPhase(
  api: RawApi,
  namespace: string,
  name: string,
  phase: string,
  { withinMs = 45_000 } = {},
): Promise<StoredPod> {
  let seen: StoredPod | null = null
  await eventually(
    async () => {
      seen = await readPod(api, namespace, name)
      if (seen?.status.phase !== phase) throw new Error(`${name} is ${seen?.status.phase ?? 'gone'}, not ${phase}`)
      return true
    },
    { withinMs },
  )
  if (seen === null) throw new Error(`${name} is gone`)
  return seen
}

/** Waits until there is no such pod. */
export async function untilGone(
  api: RawApi,
  namespace: string,
  name: string,
  { withinMs = 45_000 } = {},
): Promise<void> {
  await eventually(async () => (await readPod(api, namespace, name)) === null, { withinMs })
}

/** The pod after each of its changes since this state of it, up to the first that fits. */
export async function changesUntil(
  api: RawApi,
  { metadata: { namespace, name, resourceVersion } }: StoredPod,
  fits: (pod: StoredPod) => boolean,
  { withinMs = 30_000 } = {},
): Promise<StoredPod[]> {
  const fieldSelector = `metadata.name=${name}`
  using watch = api.watch(withQuery(podsPath(namespace), { watch: true, resourceVersion, fieldSelector }))
  const events = await watch.until(({ object }) => fits(object as unknown as StoredPod), { withinMs })
  return events.map(({ object }) => object as unknown as StoredPod)
}
