import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A folder for as long as it is needed. */
export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string
  /** Writes a file for the owner's eyes only; its path. */
  write(name: string, text: string, mode?: number): Promise<string>
}

/** Makes an empty folder. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), 'davit-test-'))
  return {
    path,
    async write(name, text, mode = 0o600) {
      await writeFile(join(path, name), text, { mode })
      return join(path, name)
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
