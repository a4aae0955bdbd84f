import { randomBytes } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isOfDevCluster } from './apiserver/kubeconfig-text.ts'
import type { ErrorCode } from './error-codes.ts'

/** There is a file where the kubeconfig should go, and it is somebody else's. */
export class KubeconfigExistsError extends Error {
  override readonly name = 'KubeconfigExistsError'
  readonly code = 'KUBECONFIG_EXISTS' satisfies ErrorCode
}

/**
 * Writes a kubeconfig that its owner alone can read: beside its place, and moved there, so that no reader sees half of it
 * or another mode.
 *
 * @throws {KubeconfigExistsError} when the file is there and no dev cluster wrote it
 */
export async function writeKubeconfig(path: string, text: string): Promise<void> {
  const before = await contentOf(path)
  if (before !== undefined && !isOfDevCluster(before)) {
    throw new KubeconfigExistsError(`${path} is there and was not written by a dev cluster: choose another path`)
  }
  await mkdir(dirname(path), { recursive: true })
  const fresh = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(fresh, text, { mode: 0o600, flag: 'wx' })
  await rename(fresh, path)
}

/** Leaves the file alone when another dev cluster has taken the path over. */
export async function removeKubeconfig(path: string, text: string): Promise<void> {
  if ((await contentOf(path)) === text) await rm(path, { force: true })
}

async function contentOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
