import type { PatchType } from '../support/raw-api.ts'

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** The resources of the run. */
export const resources = ['pods', 'namespaces', 'configmaps', 'secrets', 'events'] as const

export type Resource = (typeof resources)[number]

/**
 * Which namespace an operation means. `own`: the sequence's, which stays; `other`: one that it may create and delete;
 * `absent`: there is never one of that name.
 */
export type NamespaceChoice = 'own' | 'other' | 'absent'

/** The name of the object that the sequence created last with `generateName`. */
export const GENERATED = '$generated'

/**
 * Stands in a body or a query for what a server itself said before, so that both servers get what means the same. Where
 * nothing was said yet, the field or parameter is left out.
 *
 * - `uid`, `version`: of the object that the operation names, as it was `back` changes ago
 * - `listVersion`, `continue`: of the last list of the operation's resource
 * - `own`, `other`: the name of that namespace
 */
export interface Reference {
  readonly $ref: 'uid' | 'version' | 'listVersion' | 'continue' | 'own' | 'other'
  readonly back?: number
}

/** A change of one field. `path`: steps between dots; a number is an index. */
export interface Edit {
  readonly path: string
  /** Absent: the field is taken away. */
  readonly value?: Json
}

/** What is sent as an object. */
export interface ObjectBody {
  /**
   * `smallest`: the least that a server takes under that name; `latest` and `first`: as the server showed the object last
   * and first, or the smallest where it never did.
   */
  readonly base: 'smallest' | 'latest' | 'first'
  readonly edits: readonly Edit[]
}

/** One step of a sequence: data only, so that it can be made smaller, printed and replayed. */
export interface Operation {
  readonly verb: 'create' | 'get' | 'list' | 'update' | 'patch' | 'delete' | 'deletecollection'
  readonly resource: Resource
  readonly subresource?: 'status' | 'binding' | 'eviction' | 'finalize'
  readonly namespace: NamespaceChoice
  /** Of a namespace: its choice. Absent where the operation is on a collection. */
  readonly name?: string
  readonly query?: Readonly<Record<string, Json>>
  readonly patchType?: PatchType
  readonly object?: ObjectBody
  /** Sent as it is, but for its references. */
  readonly json?: Json
}

/** A watch that is open while the operations run. */
export interface Watch {
  readonly resource: Resource
  readonly query: Readonly<Record<string, string>>
  /** Labels of an object that it sees: the one that closes it. */
  readonly labels: Readonly<Record<string, string>>
}

/** Operations in their order, and who watches. */
export interface Sequence {
  readonly watches: readonly Watch[]
  readonly operations: readonly Operation[]
}
