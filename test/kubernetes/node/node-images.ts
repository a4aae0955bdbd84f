import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { removeUnusedBuilds, useBuild } from '../build-cache.ts'
import { acquireLock } from '../exclusive-lock.ts'
import { type ProgramOptions, userCacheFolder } from '../program.ts'
import { writeImage, writeLayer } from './oci-image.ts'
import { findProgram } from './requirements.ts'
import { busyboxFiles, copyProgram } from './root-file-system.ts'
import { sharedLibraries } from './shared-libraries.ts'

/** What changes when the images are made in another way of the same files. */
const recipe = 'images 1'

/**
 * The folder of the images of a kubelet's node, as the part `registry` serves it, which is made first if nobody has made
 * it of these files yet. All that is in them is this machine's: its busybox, and the Node that runs this.
 *
 * - `busybox`, tags `latest`, `1`, `1.36`: the shell and its tools.
 * - `node`, tags `24-slim`, `24`: the same with Node, as image of worker pods.
 * - `davit/pause:1`: what holds the namespaces of a pod.
 */
export async function nodeImages(options: ProgramOptions = {}): Promise<string> {
  const { cacheFolder = userCacheFolder(process.env), onProgress, signal } = options
  const busybox = findProgram('busybox') ?? ''
  const node = process.execPath
  // A busybox that is not static has libraries too.
  const files = [busybox, ...(await sharedLibraries(busybox)), node, ...(await sharedLibraries(node))]
  const folder = join(cacheFolder, `images-${await contentHash(files)}`)
  if (await useBuild(folder)) return folder

  await mkdir(cacheFolder, { recursive: true })
  using _lock = await acquireLock(join(cacheFolder, 'images.lock'), { signal })
  if (await useBuild(folder)) return folder

  onProgress?.('making the images of the node kubelet')
  await removeUnusedBuilds(cacheFolder, 'images', '.')
  const unfinished = await mkdtemp(join(cacheFolder, 'unfinished-images-'))
  try {
    const tools = await writeLayer(unfinished, (root) => busyboxFiles(root, busybox))
    const nodeItself = await writeLayer(unfinished, (root) => copyProgram(root, node, '/usr/local/bin/node'))
    await writeImage(unfinished, {
      names: ['library/busybox:latest', 'library/busybox:1', 'library/busybox:1.36'],
      layers: [tools],
      command: ['sh'],
    })
    await writeImage(unfinished, {
      names: ['library/node:24-slim', 'library/node:24'],
      layers: [tools, nodeItself],
      command: ['node'],
      env: [`NODE_VERSION=${process.versions.node}`],
    })
    // It waits for whatever ends in a PID namespace that a pod's containers share, and ends at once when it is told to.
    const pause = `trap 'exit 0' TERM INT; sleep 2147483647 & wait`
    await writeImage(unfinished, { names: ['davit/pause:1'], layers: [tools], command: ['sh', '-c', pause] })
    await rename(unfinished, folder)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
  return folder
}

/** @returns sixteen hexadecimal digits */
async function contentHash(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(recipe)
  for (const file of files) hash.update(`\n${file}\n`).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}
