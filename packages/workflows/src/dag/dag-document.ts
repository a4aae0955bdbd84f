import type { JsonValue } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import type { Finding } from './finding.ts'

export type JsonObject = { readonly [key: string]: JsonValue }

/** Whether a value is an object, and no list. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A task as the file has it: nothing checked yet but that it is JSON. */
export interface TaskDocument {
  readonly kind: 'function' | 'container'
  readonly taskId: JsonValue
  /** The other fields. */
  readonly options: JsonValue
}

/** A DAG as its file has it, whatever the file's language: plain JSON, field names in the file's own style. */
export interface DagDocument {
  readonly style: KeyStyle
  /** False: there is nothing to check, `problems` says why. */
  readonly isReadable: boolean
  readonly options: JsonValue
  readonly tasks: readonly TaskDocument[]
  /** What could not be read; the rest is checked all the same. */
  readonly problems: readonly Finding[]
}

/** TypeScript writes `dagId`, YAML `dag_id`. */
export type KeyStyle = 'camel' | 'snake'

/** A field's name in the file's style. */
export function styledKey(key: string, style: KeyStyle): string {
  return style === 'camel' ? key : key.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The path of a task's field: by id where there is one, so that people find it. */
export function taskPath(task: TaskDocument, index: number, ...rest: DocumentPath): DocumentPath {
  return ['tasks', typeof task.taskId === 'string' && task.taskId !== '' ? task.taskId : index, ...rest]
}
