import { StoreError, type StoreErrorCode } from './store-error.ts'

// SQLite's primary result codes: https://sqlite.org/rescode.html names them; extended ones carry them in the low byte.
const MEANINGS: Readonly<Record<number, { code: StoreErrorCode; say: (file: string) => string }>> = {
  3: { code: 'STORE_UNWRITABLE', say: (file) => `cannot write the database ${file}: permission denied` },
  5: { code: 'STORE_LOCKED', say: lockedBy },
  6: { code: 'STORE_LOCKED', say: lockedBy },
  8: { code: 'STORE_UNWRITABLE', say: (file) => `cannot write the database ${file}: it is read-only` },
  11: { code: 'STORE_CORRUPT', say: (file) => `the database ${file} is damaged; restore it from a backup` },
  13: { code: 'STORE_FULL', say: (file) => `cannot write the database ${file}: the disk is full` },
  14: {
    code: 'STORE_UNWRITABLE',
    say: (file) => `cannot open the database ${file}: its folder must exist, and both must be writable`,
  },
  23: { code: 'STORE_UNWRITABLE', say: (file) => `cannot open the database ${file}: access is denied` },
  26: {
    code: 'STORE_NOT_A_DATABASE',
    say: (file) => `${file} is not a SQLite database; name another file, or one that does not exist yet`,
  },
}

function lockedBy(file: string): string {
  return `the database ${file} is in use by another process; wait for it to end, or name another file`
}

/** A {@link StoreError} that names the file, for whatever `node:sqlite` threw; other errors of ours pass unchanged. */
export function toStoreError(error: unknown, file: string): StoreError {
  if (error instanceof StoreError) return error
  const message = error instanceof Error ? error.message : String(error)
  const meaning = MEANINGS[sqliteResultCode(error) & 0xff]
  if (meaning) return new StoreError(meaning.code, meaning.say(file), { cause: error })
  return new StoreError('STORE_FAILED', `the database ${file} failed: ${message}`, { cause: error })
}

function sqliteResultCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : 0
  return typeof code === 'number' ? code : 0
}
