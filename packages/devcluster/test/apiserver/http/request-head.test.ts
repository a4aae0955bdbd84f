import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { headProblem } from '../../../src/apiserver/http/request-head.ts'

function problemOf(headers: Record<string, string>, httpVersion = '1.1') {
  const headersDistinct = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.split('|')]))
  const joined = Object.fromEntries(Object.entries(headersDistinct).map(([name, [first]]) => [name, first]))
  return headProblem({ headers: joined, headersDistinct, httpVersion } as unknown as IncomingMessage)?.text
}

describe('headProblem', () => {
  it.for<readonly [Record<string, string>, string | undefined]>([
    [{ host: '127.0.0.1:6443' }, undefined],
    [{ host: '[::1]:6443' }, undefined],
    [{ host: '' }, undefined],
    [{ host: 'a', 'transfer-encoding': 'Chunked' }, undefined],
    [{}, '400 Bad Request: missing required Host header'],
    [{ host: 'a b' }, '400 Bad Request: malformed Host header'],
    [{ host: 'a|b' }, '400 Bad Request: too many Host headers'],
    [{ host: 'a', 'transfer-encoding': 'gzip, chunked' }, 'Unsupported transfer encoding'],
  ])('%j: %s', ([headers, problem]) => {
    expect(problemOf(headers)).toBe(problem)
  })

  it('needs no host in HTTP/1.0', () => {
    expect(problemOf({}, '1.0')).toBeUndefined()
  })
})
