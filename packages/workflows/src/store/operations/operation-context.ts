import type { Kysely } from 'kysely'
import type { Tables } from '../tables.ts'
import type { SpecCache } from './spec-cache.ts'

/** What an operation of the store works with: one transaction, and the time at which it was asked for. */
export interface OperationContext {
  readonly db: Kysely<Tables>
  readonly nowMs: number
  /** The same, ISO 8601. */
  readonly now: string
  /** The store's own, in hexadecimal; launch tokens come from it. */
  readonly secret: string
  readonly specs: SpecCache
  /** The version for rows of runs and task instances that this operation changes; taking it announces a change. */
  changeVersion(): Promise<number>
}
