import { stripVTControlCharacters } from 'node:util'

/**
 * Text from a task, made harmless for a terminal: escape sequences go, and so do control characters that move the cursor,
 * ring, or hide what stands before them. Tabs stay; line ends become spaces, as every use is one line of a table.
 */
export function stripTerminal(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\s*[\r\n]+\s*/g, ' ')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
}
