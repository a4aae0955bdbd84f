import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { glob, stat } from 'node:fs/promises'
import { isAbsolute, relative, resolve } from 'node:path'
import type { LoadedDag } from './dag-spec.ts'
import type { Finding } from './finding.ts'

/**
 * The files that the patterns name, in the order of the patterns, each pattern's matches sorted, each file once. A
 * pattern may leave the folder (`../data/*.csv`). One that matches no file is a problem.
 */
export async function resolveFiles(
  folder: string,
  patterns: readonly string[],
): Promise<{ readonly files: LoadedDag['files']; readonly problems: readonly Finding[] }> {
  const files = new Map<string, LoadedDag['files'][number]>()
  const problems: Finding[] = []
  for (const [index, pattern] of patterns.entries()) {
    const path = ['files', index]
    try {
      const matches = await matching(folder, pattern)
      if (matches.length === 0) {
        const hint = `patterns are relative to ${folder}`
        problems.push({ path, message: `no file matches ${JSON.stringify(pattern)}`, hint })
      }
      for (const absolutePath of matches) {
        if (files.has(absolutePath)) continue
        files.set(absolutePath, {
          path: relative(folder, absolutePath),
          absolutePath,
          ...(await fingerprint(absolutePath)),
        })
      }
    } catch (error) {
      problems.push({ path, message: `cannot read ${pattern}: ${error instanceof Error ? error.message : error}` })
    }
  }
  return { files: [...files.values()], problems }
}

async function matching(folder: string, pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const match of glob(pattern, { cwd: folder })) {
    const path = isAbsolute(match) ? match : resolve(folder, match)
    if ((await stat(path)).isFile()) found.push(path)
  }
  return found.sort()
}

async function fingerprint(path: string): Promise<{ readonly hash: string; readonly size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { hash: hash.digest('hex'), size }
}
