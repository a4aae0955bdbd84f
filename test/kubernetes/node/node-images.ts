import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { acquireLock } from '../exclusive-lock.ts'
import { type ProgramOptions, userCacheFolder } from '../program.ts'
import { writeImage, writeLayer } from './oci-image.ts'
import { findProgram } from './requirements.ts'
import { busyboxFiles, nodeFiles } from './root-file-system.ts'
import { sharedLibraries } from './shared-libraries.ts'

/** What changes when the images are made in another way of the same files. */
const recipe = 'images 1'

/**
 * The folder of the images of a kubelet's node, as the part `registry` serves it, which is made first if nobody has made
 * it of these files yet. All that is in them is this machine's: its static busybox, and the Node that runs this.
 *
 * - `busybox`, tags `latest`, `1`, `1.36`: the shell and its tools.
 * - `node`, tags `24-slim`, `24`: the same with Node, as image of worker pods.
 * - `davit/pause:1`: what holds the namespaces of a pod.
 */
export async function nodeImages(options: ProgramOptions = {}): Promise<string> {
  const { cacheFolder = userCacheFolder(process.env), onProgress, signal } = options
  const busybox = findProgram('busybox') ?? ''
  const libraries = await sharedLibraries(process.execPath)
  const folder = join(cacheFolder, `images-${await contentHash([busybox, process.execPath, ...libraries])}`)
  if (await isUsable(folder)) return folder

  await mkdir(cacheFolder, { recursive: true })
  using _lock = await acquireLock(join(cacheFolder, 'images.lock'), { signal })
  if (await isUsable(folder)) return folder

  onProgress?.('making the images of the node kubelet')
  await removeOldImages(cacheFolder)
  const unfinished = await mkdtemp(join(cacheFolder, 'unfinished-images-'))
  try {
    const tools = await writeLayer(unfinished, (root) => busyboxFiles(root, busybox))
    const node = await writeLayer(unfinished, (root) => nodeFiles(root, process.execPath, libraries))
    await writeImage(unfinished, {
      names: ['library/busybox:latest', 'library/busybox:1', 'library/busybox:1.36'],
      layers: [tools],
      command: ['sh'],
    })
    await writeImage(unfinished, {
      names: ['library/node:24-slim', 'library/node:24'],
      layers: [tools, node],
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

async function isUsable(folder: string): Promise<boolean> {
  try {
    const now = new Date()
    // Marks it as used, for removeOldImages.
    await utimes(folder, now, now)
    return true
  } catch {
    return false
  }
}

const unusedForMs = 30 * 24 * 60 * 60 * 1000

async function removeOldImages(cacheFolder: string): Promise<void> {
  for (const name of await readdir(cacheFolder)) {
    if (!/^images-[0-9a-f]{16}$/.test(name)) continue
    const folder = join(cacheFolder, name)
    if (Date.now() - (await stat(folder)).mtimeMs > unusedForMs) await rm(folder, { recursive: true, force: true })
  }
}
