import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { toStoreError } from '../../src/store/sqlite-error.ts'
import { StoreError } from '../../src/store/store-error.ts'

/** What SQLite throws when its file cannot grow. */
function fullDisk(): unknown {
  const database = new DatabaseSync(':memory:')
  database.exec('pragma max_page_count = 2; create table t (v text)')
  try {
    database.prepare('insert into t values (?)').run('x'.repeat(100_000))
  } catch (error) {
    return error
  }
  throw new Error('the database grew')
}

describe('toStoreError', () => {
  it('names a full disk and the file, and keeps the cause', () => {
    const cause = fullDisk()
    const error = toStoreError(cause, '/data/davit.db')
    expect([error.code, error.message, error.cause]).toEqual([
      'STORE_FULL',
      'cannot write the database /data/davit.db: the disk is full',
      cause,
    ])
  })

  it('reads extended result codes', () => {
    const readOnlyDirectory = Object.assign(new Error('attempt to write'), { errcode: 8 | (6 << 8) })
    expect(toStoreError(readOnlyDirectory, 'f').code).toBe('STORE_UNWRITABLE')
  })

  it('keeps what it does not know, and what is a StoreError already', () => {
    expect(toStoreError(new Error('disk I/O error'), 'f').message).toBe('the database f failed: disk I/O error')
    const own = new StoreError('STORE_NEWER', 'newer')
    expect(toStoreError(own, 'f')).toBe(own)
  })
})
