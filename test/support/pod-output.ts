import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { podsPath, withQuery } from './api-paths.ts'
import { eventually } from './eventually.ts'
import { createPod, untilPhase } from './pods-by-api.ts'
import type { RawApi } from './raw-api.ts'

/** Runs a pod to its success and returns what its container `base` has printed; throws when it fails. */
export async function outputOf(api: RawApi, namespace: string, pod: Pod): Promise<string> {
  const { metadata } = await createPod(api, namespace, pod)
  await untilPhase(api, namespace, metadata.name, 'Succeeded', { withinMs: 30_000 })
  return logOf(api, namespace, metadata.name)
}

/** The log of a container as it is now. */
export async function logOf(
  api: RawApi,
  namespace: string,
  name: string,
  options: Readonly<Record<string, string | number | boolean>> = {},
): Promise<string> {
  const path = withQuery(podsPath(namespace, name, 'log'), { container: 'base', ...options })
  const { status, text } = await api.get(path)
  if (status !== 200) throw new Error(`no log of ${name}: ${text}`)
  return text
}

/** Waits until a container has printed something: a process that runs is not yet prepared for a signal. */
export async function untilPrinted(
  api: RawApi,
  namespace: string,
  name: string,
  text: string,
  options: { readonly container?: string } = {},
): Promise<void> {
  await eventually(
    async () => {
      const log = await logOf(api, namespace, name, options)
      if (log.includes(text)) return true
      throw new Error(`${name} has not printed ${JSON.stringify(text)}, but ${JSON.stringify(log)}`)
    },
    { withinMs: 30_000 },
  )
}
