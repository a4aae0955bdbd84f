import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { basename, dirname, join, normalize } from 'node:path'
import { VolumeSetupError } from '../container-runtime.ts'
import type { VolumeFile } from './volume-content.ts'

/**
 * Writes the files of a map, a secret or a projection as a kubelet does: into a folder named after the time, to which
 * `..data` links; what users see are links through `..data`. Kubernetes: AtomicWriter.
 *
 * @param now milliseconds since 1970
 * @throws {VolumeSetupError} when a path leads out of the volume
 */
export async function writeProjectedFiles(
  folder: string,
  files: ReadonlyMap<string, VolumeFile>,
  now: number,
): Promise<void> {
  const time = new Date(now).toISOString().slice(0, 19).replace(/[-T:]/g, '_')
  const data = await mkdtemp(join(folder, `..${time}.`))
  await chmod(data, 0o755)
  for (const [file, { data: bytes, mode }] of files) {
    const path = normalize(file)
    if (path.split('/').includes('..')) throw new VolumeSetupError(`invalid path ${file}: it leads out of its volume`)
    const target = join(data, path)
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, bytes)
    await chmod(target, mode)
  }
  await symlink(basename(data), join(folder, '..data'))
  const shown = new Set([...files.keys()].map((file) => normalize(file).split('/')[0] ?? ''))
  for (const name of shown) await symlink(join('..data', name), join(folder, name))
}
