import * as fc from 'fast-check'
import type { Conversation } from '../wire-request.ts'
import { knownPaths } from './paths.ts'

const methods = [
  ...[
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'HEAD',
    'OPTIONS',
    'TRACE',
    'CONNECT',
    'PROPFIND',
    'MKCOL',
    'QUERY',
    'M-SEARCH',
  ],
  ...['LIST', 'WATCH', 'FOO', 'get', 'Get', 'post', 'G', 'GET1', 'GE T', 'G(T', '', 'X'.repeat(300)],
]

/** Every verb on every kind of path. */
export const verbs: fc.Arbitrary<Conversation> = fc
  .record({
    method: fc.constantFrom(...methods),
    path: fc.constantFrom(...knownPaths),
    body: fc.constantFrom(undefined, '', '{}', '{"kind":"DeleteOptions","apiVersion":"v1","dryRun":["All"]}', 'x'),
  })
  .filter(
    ({ method, path, body }) =>
      !(method === 'DELETE' && body !== undefined && body !== '') || path.includes('namespaces/'),
  )
  .map(({ method, path, body }) => ({
    requests: [
      {
        method,
        target: `${path}?dryRun=All`,
        ...(body !== undefined && { body, headers: [['Content-Type', 'application/json']] as const }),
      },
    ],
  }))
