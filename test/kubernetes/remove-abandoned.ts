import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layoutIn } from './layout.ts'
import { ownerOf, releaseFolder } from './ownership.ts'
import { isAlive } from './process-identity.ts'

/**
 * Removes the data of test clusters whose owner was killed before it could do so itself. Their parts died with
 * it: see the lifeline in `program/lifeline.go`.
 */
export async function removeAbandoned(parent: string = tmpdir()): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith('davit-kubernetes-')) continue
    const layout = layoutIn(join(parent, name))
    const owner = await ownerOf(layout)
    if (owner === undefined || owner === null || isAlive(owner)) continue
    await releaseFolder(layout)
    await rm(layout.folder, { recursive: true, force: true })
  }
}
