import type { StartedBackend } from './backend.ts'
import { eventually } from './eventually.ts'

/** A pod that was created, by the server's own log. */
export interface CreatedPod {
  readonly name: string
  readonly uid: string
}

/**
 * The creates of pods in a namespace that were answered with 201, from the server's log. Waits until there are `count`,
 * because lines of large answers come late, and then takes whatever there is.
 *
 * A create whose client has gone may be carried out and logged as a failure: see `witnessPods` for those.
 */
export async function createdPods(
  backend: StartedBackend,
  namespace: string,
  count: number,
): Promise<readonly CreatedPod[]> {
  const read = async () =>
    (await backend.podRequests()).flatMap(({ verb, subresource, code, name, uid, ...request }) =>
      verb === 'create' && subresource === null && code === 201 && request.namespace === namespace
        ? [{ name: name ?? '', uid: uid ?? '' }]
        : [],
    )
  await eventually(async () => (await read()).length >= count, { everyMs: 200 })
  return await read()
}
