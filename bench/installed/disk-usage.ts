import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** What the files and folders under a folder take of the disk, in bytes: whole blocks, as `du` counts them. */
export async function diskUsage(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(names.map(async (name) => (await lstat(join(folder, name))).blocks * 512))
  return sizes.reduce((sum, size) => sum + size, 0)
}
