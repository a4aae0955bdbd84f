import * as fc from 'fast-check'
import { NAMESPACE } from '../fuzz-namespace.ts'
import type { Conversation, WireRequest } from '../wire-request.ts'

const inNamespace = `/api/v1/namespaces/${NAMESPACE}`
const json = [['Content-Type', 'application/json']] as const

const request = fc.constantFrom<WireRequest>(
  { method: 'GET', target: `${inNamespace}/pods/p` },
  { method: 'GET', target: '/api/v1/namespaces/missing' },
  { method: 'GET', target: '/version' },
  { method: 'GET', target: '/foo' },
  { method: 'HEAD', target: '/healthz' },
  {
    method: 'POST',
    target: `${inNamespace}/configmaps?dryRun=All`,
    headers: json,
    body: '{"metadata":{"name":"fresh"}}',
  },
  { method: 'POST', target: `${inNamespace}/configmaps?dryRun=All`, headers: json, body: '{' },
  { method: 'POST', target: '/foo', headers: json, body: '{"a":1}' },
  {
    method: 'PUT',
    target: `${inNamespace}/configmaps/missing?dryRun=All`,
    headers: json,
    body: '{"metadata":{"name":"missing"}}',
  },
  { method: 'DELETE', target: `${inNamespace}/configmaps/missing`, headers: json, body: '{}' },
)
const version = fc.constantFrom(
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/1.2',
  'HTTP/2.0',
  'HTTP/9',
  'http/1.1',
  'HTTP',
  '',
  'X/1.1',
)
const persistence = fc.constantFrom<WireRequest['headers']>(
  [],
  [['Connection', 'close']],
  [['Connection', 'keep-alive']],
)

/** Several requests at once, each in a version of the protocol of its own. */
const pipelined = fc
  .array(
    fc.tuple(request, version, persistence).map(
      ([given, said, more = []]): WireRequest => ({
        ...given,
        version: said,
        headers: [...(given.headers ?? []), ...more],
      }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((requests): Conversation => ({ requests }))

/** One request that stops somewhere. */
const truncated = fc
  .tuple(
    request,
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('closes' as const, 'closes' as const, 'breaks' as const),
  )
  .map(([given, part, afterwards]): Conversation => ({ requests: [given], sentPart: part, afterwards }))

/** What is no HTTP at all. */
const noise = fc
  .constantFrom(
    '',
    '\r\n',
    '\r\n\r\n',
    '\n\n',
    'GET\r\n\r\n',
    'GET /\r\n\r\n',
    'GET / HTTP/1.1\n\n',
    '\x00',
    '\x16\x03\x01\x00',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ' GET / HTTP/1.1\r\n\r\n',
    'GET / HTTP/1.1\r\nHost',
    'x'.repeat(100_000),
  )
  .map((raw): Conversation => ({ requests: [{ method: 'GET', target: '/' }], raw, afterwards: 'closes' }))

/** Connections on which not everything is said, or too much at once. */
export const streams: fc.Arbitrary<Conversation> = fc.oneof(
  { weight: 4, arbitrary: pipelined },
  { weight: 4, arbitrary: truncated },
  { weight: 1, arbitrary: noise },
)
