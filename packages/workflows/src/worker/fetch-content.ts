import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { OfferedFile } from './protocol.ts'
import type { TaskApiConnection } from './task-api-connection.ts'

/** What came is not what was promised: the file has changed since the run began. */
export class ContentChangedError extends Error {
  override readonly name = 'ContentChangedError'
}

/** Fetches something and makes sure, by its hash, that it is what was meant. */
export async function fetchContent(
  connection: TaskApiConnection,
  token: string,
  { path, hash, name, retryForMs }: { path: string; hash: string; name: string; retryForMs: number },
): Promise<Buffer> {
  const content = await connection.request({ method: 'GET', path, token, retryForMs })
  if (createHash('sha256').update(content).digest('hex') !== hash) {
    throw new ContentChangedError(`${name} has changed since the run began`)
  }
  return content
}

/** Fetches the DAG's files into a folder and returns their absolute paths, in order. */
export async function fetchFiles(
  connection: TaskApiConnection,
  token: string,
  files: readonly OfferedFile[],
  folder: string,
  retryForMs: number,
): Promise<readonly string[]> {
  const paths: string[] = []
  for (const [index, { path, hash }] of files.entries()) {
    const content = await fetchContent(connection, token, {
      path: `/task/files/${index}`,
      hash,
      name: path,
      retryForMs,
    })
    // A file beside the DAG's folder lies in a folder `__` here: names and extensions stay, nothing leaves our folder.
    const target = join(folder, ...path.split(/[\\/]/).map((part) => (part === '..' ? '__' : part)))
    await mkdir(dirname(target), { recursive: true })
    await writeFile(target, content)
    paths.push(target)
  }
  return paths
}
