import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutIn } from './layout.ts'
import { isAlive } from './process-identity.ts'
import { readState } from './state-file.ts'

/**
 * Removes the data of test clusters whose owner was killed before it could do so itself. Their processes are
 * gone by then: see the lifeline. Folders without a state file are left alone: one may be starting right now.
 */
export async function removeAbandoned(parent: string = tmpdir()): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('davit-kubernetes-')) continue
    const layout = layoutIn(join(parent, name))
    // Another user's, or not one of ours after all.
    const state = await readState(layout.state).catch(() => null)
    if (state === null || state.owner === null || isAlive(state.owner)) continue
    if (Object.values(state.processes).some(isAlive)) continue
    await rm(layout.folder, { recursive: true, force: true })
  }
}
