import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireLock } from './exclusive-lock.ts'
import { layoutIn } from './layout.ts'
import { ownerOf, releaseFolder } from './ownership.ts'
import { readState } from './state-file.ts'
import { stopParts } from './stop-parts.ts'

/** Stops what `up` started there, and removes its data; returns the lines to print. */
export async function down(stateFolder: string, signal: AbortSignal): Promise<string[]> {
  const layout = layoutIn(stateFolder)
  if (!(await exists(stateFolder))) return ['nothing runs']
  using _lock = await acquireLock(join(stateFolder, 'lock'), { signal })
  const state = await readState(layout.state)
  if (state === null && (await ownerOf(layout)) === undefined) return ['nothing runs']
  await stopParts(layout, Object.values(state?.processes ?? {}))
  await releaseFolder(layout)
  if (state === null) return ['nothing runs; removed what an interrupted start had left']
  return [`stopped the kubernetes at ${state.url} and removed its data`]
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
