import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file of this name and text in a folder of its own, for the owner's eyes only, for as long as it is needed. */
export async function temporaryFile(
  name: string,
  text: string,
): Promise<AsyncDisposable & { readonly folder: string; readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'davit-test-'))
  const path = join(folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return { folder, path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
