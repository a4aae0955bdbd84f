import { describe, expect, it } from 'vitest'
import { parseDatabaseUrl } from '../../src/store/database-url.ts'

describe('parseDatabaseUrl', () => {
  it.each([
    ['runs.db', '/home/me/runs.db'],
    ['sqlite:runs.db', '/home/me/runs.db'],
    ['sqlite:/data/runs.db', '/data/runs.db'],
    ['sqlite:///data/runs.db', '/data/runs.db'],
    ['/data/a b.db', '/data/a b.db'],
    ['../runs.db', '/home/runs.db'],
    [':memory:', ':memory:'],
    ['sqlite::memory:', ':memory:'],
  ])('reads %s as %s', (text, file) => {
    expect(parseDatabaseUrl(text, '/home/me')).toBe(file)
  })

  it.each([
    ['postgres://db/davit', 'PostgreSQL comes with a later version'],
    ['postgresql://db/davit', 'PostgreSQL comes with a later version'],
    ['mysql://db/davit', '"mysql:" is no database that davit knows'],
    ['', 'no database file is named'],
    ['sqlite:', 'no database file is named'],
  ])('refuses %j', (text, message) => {
    expect(() => parseDatabaseUrl(text, '/home/me')).toThrow(
      expect.objectContaining({ code: 'STORE_UNSUPPORTED', message: expect.stringContaining(message) }),
    )
  })
})
