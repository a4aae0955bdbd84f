import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What became of logs whose lines begin with their numbers, from 0 up. */
export interface ArchivedLines {
  readonly lost: number
  readonly repeated: number
}

/** @param logs how many there should be, each in a file of its own somewhere in the folder */
export async function archivedLines(folder: string, logs: number, linesEach: number): Promise<ArchivedLines> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  let [kept, repeated] = [0, 0]
  for (const entry of entries.filter((each) => each.isFile())) {
    const found = numbersIn(await readFile(join(entry.parentPath, entry.name), 'utf8'))
    const distinct = new Set(found)
    kept += distinct.size
    repeated += found.length - distinct.size
  }
  return { lost: logs * linesEach - kept, repeated }
}

/** Of whole lines; what others write between them counts for nothing. */
export function numbersIn(text: string): number[] {
  return text
    .split('\n')
    .filter((line) => /^\d{8} x+$/.test(line))
    .map((line) => Number.parseInt(line, 10))
}
