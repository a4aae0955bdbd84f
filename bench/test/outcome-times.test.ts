import { describe, expect, it } from 'vitest'
import type { TimedRequest } from '../measuring/audit-times.ts'
import { isList } from '../measuring/audit-times.ts'
import { delaysOf, isEnd } from '../rows/outcome-times.ts'

const request = (fields: Partial<TimedRequest>) => ({ verb: 'patch', subresource: 'status', user: 'admin', ...fields })
const end = (name: string, received: number) => request({ name, received }) as TimedRequest

describe('delaysOf', () => {
  it('counts from when the server had the patch that ended each pod', () => {
    expect(delaysOf({ a: 105, b: 220 }, [end('b', 200), end('a', 100)])).toEqual([5, 20])
  })

  it('takes no pod that nobody has ended', () => {
    expect(() => delaysOf({ a: 105 }, [])).toThrow('pod a is known to have ended, and nobody has ended it')
  })
})

it('isEnd leaves the patches of kwok out', () => {
  expect(
    [end('a', 1), request({ user: 'kwok' }), request({ subresource: null })].map((each) => isEnd(each as TimedRequest)),
  ).toEqual([true, false, false])
})

it('isList knows a watch that begins with a list', () => {
  const uris = ['/api/v1/pods?watch=true&sendInitialEvents=true', '/api/v1/pods?watch=true&resourceVersion=5']
  const watches = uris.map((uri) => request({ verb: 'watch', uri }) as TimedRequest)
  expect([...watches, request({ verb: 'list', uri: '/api/v1/pods' }) as TimedRequest].map(isList)).toEqual([
    true,
    false,
    true,
  ])
})
