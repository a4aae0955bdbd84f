import { stat } from 'node:fs/promises'
import type { Container } from 'kubernetes-types/core/v1.d.ts'
import { ContainerStartError } from '../container-runtime.ts'
import { expand } from '../expansion.ts'
import type { MountTarget } from './mount-plan.ts'
import type { PodFolder } from './pod-folder.ts'

/**
 * A container's volumes at their places; `values` are for `subPathExpr`.
 * @throws {ContainerStartError} with the kubelet's text.
 */
export async function containerMounts(
  container: Container,
  values: ReadonlyMap<string, string>,
  podFolder: PodFolder,
): Promise<MountTarget[]> {
  const targets: MountTarget[] = []
  for (const { name, mountPath, subPath, subPathExpr, readOnly = false } of container.volumeMounts ?? []) {
    const volume = podFolder.volume(name)
    if (!volume) {
      throw new ContainerStartError(
        'config',
        `cannot find volume "${name}" to mount into container "${container.name}"`,
      )
    }
    const below = subPathExpr ? expandStrictly(subPathExpr, values) : subPath
    const source = below ? await podFolder.subPath(volume, below) : volume.path
    if (source === undefined) {
      throw new ContainerStartError(
        'config',
        `failed to prepare subPath for volumeMount "${name}" of container "${container.name}"`,
      )
    }
    targets.push({
      path: absolutePath(mountPath),
      source,
      kind: (await stat(source)).isDirectory() ? 'folder' : 'file',
      readOnly: readOnly || volume.readOnly,
      isOwn: !volume.isForeign,
    })
  }
  return targets
}

/** Kubernetes: ExpandContainerVolumeMounts, which unlike a command takes no variable that is missing. */
function expandStrictly(text: string, values: ReadonlyMap<string, string>): string {
  return expand(text, (name) => {
    const value = values.get(name)
    if (!value) throw new ContainerStartError('config', `missing value for "${name}"`)
    return value
  })
}

function absolutePath(path: string): string {
  return `/${path.split('/').filter(Boolean).join('/')}`
}
