import type { ErrorCode } from '../error-codes.ts'

/**
 * What went wrong with the store.
 *
 * - `STORE_UNSUPPORTED`  a database of a kind that this version does not speak
 * - `STORE_UNWRITABLE`   the file or its folder cannot be opened for writing
 * - `STORE_NOT_A_DATABASE` the file is something else, or another program's database
 * - `STORE_CORRUPT`      SQLite finds the file damaged
 * - `STORE_LOCKED`       another process has the file open
 * - `STORE_FULL`         the disk is full
 * - `STORE_NEWER`        a newer Davit wrote the database
 * - `STORE_RUN_EXISTS`   a dag run with this id is there already
 * - `STORE_CLOSED`       used after `close()`
 * - `STORE_FAILED`       anything else, input and output errors among it
 */
export type StoreErrorCode = ErrorCode<'store'>

/** Everything that the store throws on purpose. Branch on `code`. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
