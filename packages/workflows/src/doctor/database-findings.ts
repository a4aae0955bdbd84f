import { inspectDatabase } from '../store/inspect-database.ts'
import { StoreError } from '../store/store-error.ts'
import { type Finding, ok, problem } from './finding.ts'

/**
 * Whether `davit run --database` could use the file. Nothing is written to it.
 * @param database a path, or `:memory:`
 */
export async function databaseFindings(database: string): Promise<readonly Finding[]> {
  try {
    const found = await inspectDatabase(database)
    if (found === null) return [ok('database', `${database} will be made by the first run`)]
    return [ok('database', `${database} can be used; its deployment is ${found.deployment}`)]
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    const why = 'davit run --database ends with exit 2'
    return [problem('database', { what: error.message, why, todo: `see ${error.code} in docs/reference/errors.md` })]
  }
}
