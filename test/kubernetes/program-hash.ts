import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Names a build by what goes into it: the Go sources, the module files, and `inputs` (flags, platform).
 *
 * @returns sixteen hexadecimal digits
 */
export async function programHash(folder: string, inputs: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const add = (text: string | Buffer) => {
    // The length goes first, so that no two lists of parts run together to the same bytes.
    hash.update(`${Buffer.byteLength(text)}\n`).update(text)
  }
  for (const input of inputs) add(input)
  const names = (await readdir(folder)).filter((name) => /\.go$|^go\.(mod|sum)$/.test(name)).sort()
  for (const name of names) {
    add(name)
    add(await readFile(join(folder, name)))
  }
  return hash.digest('hex').slice(0, 16)
}
