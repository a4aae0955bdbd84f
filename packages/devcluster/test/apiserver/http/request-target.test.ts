import { describe, expect, it } from 'vitest'
import { parseRequestTarget } from '../../../src/apiserver/http/request-target.ts'

describe('parseRequestTarget', () => {
  it.for<readonly [target: string, path: string, query: string]>([
    ['/', '/', ''],
    ['/api/v1/pods?limit=1&limit=2', '/api/v1/pods', 'limit=1&limit=2'],
    ['/a%2Fb/%c3%a9?x=%C3%A9', '/a/b/é', 'x=%C3%A9'],
    ['/%ff', '/\ufffd', ''],
    ['/a#b?c', '/a#b', 'c='],
    ['https://127.0.0.1:1/api?x', '/api', 'x='],
    ['http://example.org', '', ''],
    ['/a?x=a+b&&y=%zz&z=1;w=2&v', '/a', 'x=a+b&v='],
    ['*', '*', ''],
  ])('reads %s', ([target, path, query]) => {
    const parsed = parseRequestTarget(target)
    expect([parsed?.path, parsed?.query.toString()]).toEqual([path, query])
  })

  it.for(['', 'api/v1', '/%', '/a%2', '/%zz?x', '127.0.0.1:1'])('finds nothing to answer in %j', (target) => {
    expect(parseRequestTarget(target)).toBeUndefined()
  })
})
