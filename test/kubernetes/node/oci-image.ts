import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { arch } from 'node:os'
import { dirname, join } from 'node:path'
import { runCommand } from './run-command.ts'

/** A blob, as the manifest of an OCI image names it. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface ImageContents {
  /** `REPOSITORY:TAG`, as in `library/busybox:latest`. */
  readonly names: readonly string[]
  readonly layers: readonly Descriptor[]
  readonly command: readonly string[]
  /** Beside PATH. */
  readonly env?: readonly string[]
}

const goArchitectures: Readonly<Record<string, string>> = { x64: 'amd64' }

/**
 * Writes a layer into `blobs` of a folder: the files that `fill` puts into an empty root, all of them root's. The same files
 * make the same layer. It is not compressed: it never leaves this machine.
 */
export async function writeLayer(folder: string, fill: (root: string) => Promise<void>): Promise<Descriptor> {
  const work = await mkdtemp(join(folder, 'layer-'))
  try {
    const root = join(work, 'root')
    const file = join(work, 'layer.tar')
    await mkdir(root)
    await fill(root)
    const sameAlways = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
    await runCommand(['tar', ...sameAlways, '-C', root, '-cf', file, '.'])
    const hash = createHash('sha256')
    for await (const chunk of createReadStream(file)) hash.update(chunk)
    const digest = `sha256:${hash.digest('hex')}`
    await mkdir(join(folder, 'blobs'), { recursive: true })
    const { size } = await stat(file)
    await rename(file, join(folder, 'blobs', digest))
    return { mediaType: 'application/vnd.oci.image.layer.v1.tar', digest, size }
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/** Writes an image's configuration and manifest into `blobs`, and its names into `tags`. */
export async function writeImage(folder: string, { names, layers, command, env = [] }: ImageContents): Promise<void> {
  const config = await writeJson(folder, 'application/vnd.oci.image.config.v1+json', {
    architecture: goArchitectures[arch()] ?? arch(),
    os: 'linux',
    config: { Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env], Cmd: command },
    rootfs: { type: 'layers', diff_ids: layers.map(({ digest }) => digest) },
  })
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const { digest } = await writeJson(folder, mediaType, { schemaVersion: 2, mediaType, config, layers })
  for (const name of names) {
    const file = join(folder, 'tags', name.replace(':', '/'))
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, digest)
  }
}

async function writeJson(folder: string, mediaType: string, value: object): Promise<Descriptor> {
  const text = JSON.stringify(value)
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`
  await writeFile(join(folder, 'blobs', digest), text)
  return { mediaType, digest, size: Buffer.byteLength(text) }
}
