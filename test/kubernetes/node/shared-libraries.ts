import { runCommand } from './run-command.ts'

/** The files that a program needs to start, its loader included, as `ldd` names them. */
export async function sharedLibraries(program: string): Promise<string[]> {
  try {
    return librariesInLdd(await runCommand(['ldd', program]))
  } catch (error) {
    // A static one that says so by failing.
    if (error instanceof Error && error.message.includes('not a dynamic executable')) return []
    throw error
  }
}

/** The absolute paths in what `ldd` says: one a line, after an arrow or alone. */
export function librariesInLdd(text: string): string[] {
  return text.split('\n').flatMap((line) => /^\t(?:\S+ => )?(\/\S+) \(0x/.exec(line)?.[1] ?? [])
}
