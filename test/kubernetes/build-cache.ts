import { readdir, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** Whether something that was built is there; if so it counts as used from now on. */
export async function useBuild(path: string): Promise<boolean> {
  try {
    const now = new Date()
    await utimes(path, now, now)
    return true
  } catch {
    return false
  }
}

const unusedForMs = 30 * 24 * 60 * 60 * 1000

/**
 * Removes the builds `KIND-HASH` of a cache folder that nobody used for a month: each has some 200 MB, and every change of
 * what they are made of makes a new one.
 *
 * @param used the path in a build's folder that {@link useBuild} is asked for
 */
export async function removeUnusedBuilds(cacheFolder: string, kind: string, used: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!new RegExp(`^${kind}-[0-9a-f]{16}$`).test(name)) continue
    const folder = join(cacheFolder, name)
    const usedAt = await stat(join(folder, used)).catch(() => null)
    if (usedAt !== null && Date.now() - usedAt.mtimeMs > unusedForMs) await rm(folder, { recursive: true, force: true })
  }
}
