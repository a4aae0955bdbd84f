import { expect, it } from 'vitest'
import { documentPathText, parseDocumentPath } from '../../src/dag/document-path.ts'

it.each([
  [[], null],
  [['tasks', 'extract', 'upstream', 1], 'tasks.extract.upstream[1]'],
  [['tasks', 3], 'tasks[3]'],
  [['tasks', 'a.b', 'env', 'X Y'], 'tasks["a.b"].env["X Y"]'],
  [['metadata', 'labels', 'a/"b"'], 'metadata.labels["a/\\"b\\""]'],
])('%j is %s, and back', (path, text) => {
  expect(documentPathText(path)).toBe(text)
  expect(parseDocumentPath(text ?? '')).toEqual(path)
})
