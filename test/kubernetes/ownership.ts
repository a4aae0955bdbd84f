import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Layout } from './layout.ts'
import { cgroupName, removeCgroups } from './node/cgroups.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { stopParts } from './stop-parts.ts'

/** A mark in the data folder: only a folder that has it is ever removed. */
const markFile = 'made-by-davit.json'

/** Who needs a folder's data: `null` when it stays until it is told to go. */
export type Owner = ProcessIdentity | null

/**
 * Makes the data folder and marks it as ours.
 *
 * @throws Error when something that is not ours is in the way
 */
export async function claimFolder(layout: Layout, owner: Owner): Promise<void> {
  for (const path of [layout.data, layout.kubeconfig, layout.state]) {
    if (await exists(path)) throw new Error(`${path} is in the way and not ours: name another --state-dir`)
  }
  await mkdir(layout.data, { recursive: true, mode: 0o700 })
  await writeFile(join(layout.data, markFile), `${JSON.stringify({ owner })}\n`)
}

/** The owner of a claimed folder; undefined for a folder that is not ours. */
export async function ownerOf(layout: Layout): Promise<Owner | undefined> {
  try {
    return (JSON.parse(await readFile(join(layout.data, markFile), 'utf8')) as { owner: Owner }).owner
  } catch {
    return undefined
  }
}

/**
 * Removes what was written into a claimed folder, and nothing in any other, and what is left of its Kubernetes elsewhere:
 * control groups, and processes that hang on when its parts have ended.
 */
export async function releaseFolder(layout: Layout): Promise<void> {
  if ((await ownerOf(layout)) === undefined) return
  await stopParts(layout)
  await removeCgroups(cgroupName(layout.folder))
  // The mark is in the data, which goes last: a removal that is cut short can be taken up again.
  for (const path of [layout.kubeconfig, layout.state, layout.data]) await rm(path, { recursive: true, force: true })
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}
