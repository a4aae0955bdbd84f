import type { Journal } from './journal.ts'
import type { StoreDatabase } from './store-database.ts'

/** What the store's operations stand on. */
export interface StoreContext {
  readonly db: StoreDatabase
  readonly journal: Journal
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Writes for a launch that another job owns are refused. */
  readonly guardsOwners: boolean
}
