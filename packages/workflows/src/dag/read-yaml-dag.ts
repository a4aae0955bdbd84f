import { type Document, isAlias, isCollection, isNode, LineCounter, parseAllDocuments } from 'yaml'
import { type DagDocument, isJsonObject, type TaskDocument } from './dag-document.ts'
import type { JsonValue } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import { nameOfJson } from './field-checks.ts'
import type { Finding } from './finding.ts'
import { toJson } from './to-json.ts'

/** A YAML DAG, and where in its text things stand. */
export interface YamlDag {
  readonly document: DagDocument
  /** `line 12, column 5` of what a path leads to, or of its nearest surroundings; undefined when it is not in the text. */
  locate(path: DocumentPath): string | undefined
}

/** Reads the text of a YAML DAG. Its syntax errors are problems with their lines. */
export function readYamlDag(text: string): YamlDag {
  const lines = new LineCounter()
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    keepSourceTokens: false,
  })
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `line ${line}, column ${col}`
  }
  const unreadable = (problems: readonly Finding[]): YamlDag => ({
    document: { style: 'snake', isReadable: false, options: {}, tasks: [], problems },
    locate: () => undefined,
  })
  if (!Array.isArray(documents) || documents.length === 0) {
    return unreadable([{ path: [], message: 'the file is empty', hint: 'a DAG needs dag_id and tasks' }])
  }
  const [first, second] = documents as Document.Parsed[]
  if (!first) return unreadable([{ path: [], message: 'the file is empty', hint: 'a DAG needs dag_id and tasks' }])
  const wrong = documents.flatMap((document) => [...document.errors, ...document.warnings])
  if (wrong.length > 0) {
    return unreadable(
      wrong.map(({ message, pos }) => ({ path: [], message: `${lowered(message)} (${place(pos[0])})` })),
    )
  }
  if (second) {
    const at = place(second.range[0])
    return unreadable([
      {
        path: [],
        message: `the file has ${documents.length} documents (${at})`,
        hint: 'write each DAG in a file of its own',
      },
    ])
  }
  let value: unknown
  try {
    value = first.toJS({ maxAliasCount: 1_000 })
  } catch (error) {
    return unreadable([{ path: [], message: lowered(error instanceof Error ? error.message : String(error)) }])
  }
  if (value === null || value === undefined) {
    return unreadable([{ path: [], message: 'the file is empty', hint: 'a DAG needs dag_id and tasks' }])
  }
  const { json, lost } = toJson(value)
  const document = splitDocument(json, lost)
  return { document, locate: (path) => locate(first, path, document, place) }
}

function splitDocument(json: JsonValue, lost: readonly Finding[]): DagDocument {
  if (!isJsonObject(json)) {
    const problem = {
      path: [],
      message: `the file must hold an object, not ${nameOfJson(json)}`,
      hint: 'begin with dag_id: …',
    }
    return { style: 'snake', isReadable: false, options: {}, tasks: [], problems: [problem] }
  }
  const { tasks = null, ...options } = json
  const problems: Finding[] = [...lost]
  if (tasks !== null && !Array.isArray(tasks)) {
    const hint = 'write a list: - task_id: …'
    problems.push({ path: ['tasks'], message: `must be a list of tasks, not ${nameOfJson(tasks)}`, hint })
  }
  const list: readonly JsonValue[] = Array.isArray(tasks) ? tasks : []
  return { style: 'snake', isReadable: true, options, tasks: list.map(splitTask), problems }
}

function splitTask(task: JsonValue): TaskDocument {
  if (!isJsonObject(task)) return { kind: 'container', taskId: null, options: task }
  const { task_id: taskId = null, ...options } = task
  return { kind: 'container', taskId, options }
}

/** Paths name tasks by their ids; the text has a list. */
function locate(
  yaml: Document.Parsed,
  path: DocumentPath,
  { tasks }: DagDocument,
  place: (offset: number) => string,
): string | undefined {
  const [head, task, ...rest] = path
  const index = head === 'tasks' && typeof task === 'string' ? tasks.findIndex(({ taskId }) => taskId === task) : -1
  const inText = index === -1 ? path : ['tasks', index, ...rest]
  for (let length = inText.length; length > 0; length--) {
    const offset = offsetOf(yaml, inText.slice(0, length))
    if (offset !== undefined) return place(offset)
  }
  return undefined
}

function offsetOf(yaml: Document.Parsed, path: DocumentPath): number | undefined {
  const parent: unknown = path.length === 1 ? yaml.contents : yaml.getIn(path.slice(0, -1), true)
  if (!isCollection(parent) || isAlias(parent)) return undefined
  const last = path.at(-1)
  for (const [index, item] of parent.items.entries()) {
    if (isNode(item)) {
      if (index === last) return item.range?.[0]
    } else if (isPairOf(item, last)) {
      return isNode(item.key) ? item.key.range?.[0] : undefined
    }
  }
  return undefined
}

function isPairOf(item: unknown, key: string | number | undefined): item is { readonly key: unknown } {
  if (typeof item !== 'object' || item === null || !('key' in item)) return false
  const { key: node } = item
  return typeof node === 'object' && node !== null && 'value' in node && String(node.value) === String(key)
}

function lowered(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}
