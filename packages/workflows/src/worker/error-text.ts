import { inspect } from 'node:util'

// In the runtime's bundle: the file whose frames are not the author's.
const OWN_FILE = import.meta.url

/** An error for the log (stack, causes, the author's lines), for people (one line), and its name. */
export function errorText(error: unknown): { readonly text: string; readonly summary: string; readonly name: string } {
  if (!(error instanceof Error)) {
    const shown = typeof error === 'string' ? error : inspect(error)
    return { text: `thrown: ${shown}`, summary: `thrown: ${shown}`, name: typeof error }
  }
  const text = inspect(error, { breakLength: 120 })
    .split('\n')
    .filter((line) => !(/^\s+at /.test(line) && (line.includes(OWN_FILE) || line.includes('(node:internal/'))))
    .join('\n')
  return { text, summary: `${error.name}: ${error.message}`, name: error.name }
}
