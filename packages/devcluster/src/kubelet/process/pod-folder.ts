import { chmod, mkdir, realpath, stat, writeFile } from 'node:fs/promises'
import { isAbsolute, join, normalize, relative } from 'node:path'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { VolumeSetupError } from '../container-runtime.ts'
import { writeProjectedFiles } from './projected-files.ts'
import { removeTree } from './remove-tree.ts'
import type { VolumeContent } from './volume-content.ts'

/** A volume of a pod that stands on the disk. */
export interface PreparedVolume {
  readonly path: string
  /** Files of maps and secrets cannot be written to, as in Kubernetes. */
  readonly readOnly: boolean
  /** A path of the machine: nothing is created in it. */
  readonly isForeign: boolean
}

/** What one run of a container has of its own. */
export interface ContainerFolder {
  readonly path: string
  readonly home: string
  readonly tmp: string
  readonly log: string
  /** Where a termination message is written, unless a mount stands in its place. */
  readonly terminationFile: string
}

/**
 * The folder of one pod on the machine: volumes, and for each run of a container a home, a folder for temporary files and
 * its log. All that a pod needs is in it, and it goes with the pod.
 */
export class PodFolder {
  readonly path: string
  readonly #volumes = new Map<string, PreparedVolume>()

  constructor(podsFolder: string, pod: Pod) {
    this.path = join(podsFolder, pod.metadata?.uid ?? '')
  }

  volume(name: string): PreparedVolume | undefined {
    return this.#volumes.get(name)
  }

  /** `now` in milliseconds since 1970. @throws {VolumeSetupError} */
  async prepareVolume(name: string, content: VolumeContent, now: number): Promise<void> {
    if (content.kind === 'host') {
      await checkHostPath(name, content)
      this.#volumes.set(name, { path: content.path, readOnly: false, isForeign: true })
      return
    }
    const path = join(this.path, 'volumes', name)
    // Left over from a try that failed halfway: its files may not be writable.
    await removeTree(path)
    await mkdir(path, { recursive: true })
    // As of an emptyDir: whoever runs in the pod may write.
    await chmod(path, 0o777)
    if (content.kind === 'files') await writeProjectedFiles(path, content.files, now)
    this.#volumes.set(name, { path, readOnly: content.kind === 'files', isForeign: false })
  }

  /** A path in a volume, created as a folder when it is not there; undefined when it leads out of the volume. */
  async subPath(volume: PreparedVolume, subPath: string): Promise<string | undefined> {
    if (isAbsolute(subPath) || normalize(subPath).split('/').includes('..')) return undefined
    const path = join(volume.path, subPath)
    if (!volume.isForeign) await mkdir(path, { recursive: true }).catch(ignoreExistingFile)
    try {
      const fromRoot = relative(await realpath(volume.path), await realpath(path))
      // A kubelet's own folders have names that begin so, too.
      return fromRoot === '..' || fromRoot.startsWith('../') ? undefined : path
    } catch {
      // A link that leads nowhere, or a folder of the machine without that path: the caller refuses both.
      return undefined
    }
  }

  /** Fresh for each run, as a container's file system is. */
  async createContainerFolder(container: string, attempt: number): Promise<ContainerFolder> {
    const path = this.#containerPath(container, attempt)
    const home = join(path, 'home')
    const tmp = join(path, 'tmp')
    await mkdir(home, { recursive: true })
    await mkdir(tmp)
    const terminationFile = join(path, 'termination-log')
    await writeFile(terminationFile, '')
    await chmod(terminationFile, 0o666)
    return { path, home, tmp, terminationFile, log: join(path, 'log') }
  }

  /** For a run that did not start, or that nobody can ask for any more. */
  async removeContainerFolder(container: string, attempt: number): Promise<void> {
    await removeTree(this.#containerPath(container, attempt))
  }

  async remove(): Promise<void> {
    await removeTree(this.path)
  }

  #containerPath(container: string, attempt: number): string {
    return join(this.path, 'containers', container, String(attempt))
  }
}

async function checkHostPath(name: string, { path, type }: { path: string; type: string }): Promise<void> {
  const isFolder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => undefined,
  )
  const wantsFile = type === 'File' || type === 'FileOrCreate'
  const wantsFolder = type === 'Directory' || type === 'DirectoryOrCreate'
  let problem: string | undefined
  if (isFolder === undefined) problem = `${path} does not exist, and the dev cluster creates nothing on the machine`
  else if (wantsFile && isFolder) problem = `${path} is not a file`
  else if (wantsFolder && !isFolder) problem = `${path} is not a directory`
  if (problem !== undefined) {
    throw new VolumeSetupError(`MountVolume.SetUp failed for volume "${name}" : hostPath type check failed: ${problem}`)
  }
}

function ignoreExistingFile(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST' && error.code !== 'ENOTDIR') throw error
}
