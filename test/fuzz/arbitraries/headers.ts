import * as fc from 'fast-check'
import { NAMESPACE } from '../fuzz-namespace.ts'
import { type Conversation, type Header, utf8, type WireRequest } from '../wire-request.ts'

const inNamespace = `/api/v1/namespaces/${NAMESPACE}`

const mediaType = fc.constantFrom(
  ...[
    'application/json',
    'application/yaml',
    'application/*',
    '*/*',
    'text/html',
    'text/plain',
    'application/xml',
    'image/png',
    'json',
  ],
  ...[
    'APPLICATION/JSON',
    'application/json ',
    'application',
    '/',
    '*',
    'application/',
    'application/json/x',
    'application/json+x',
    '',
  ],
)
const parameter = fc.constantFrom(
  ...[
    'as=Table',
    'as=PartialObjectMetadata',
    'as=PartialObjectMetadataList',
    'as=Foo',
    'as=',
    'g=meta.k8s.io',
    'g=foo',
    'v=v1',
    'v=v1beta1',
    'v=v2',
  ],
  ...[
    'q=0',
    'q=0.5',
    'q=1',
    'q=2',
    'q=x',
    'q=-1',
    'charset=utf-8',
    'stream=watch',
    'stream=foo',
    'pretty=1',
    'sv=v1',
    'export=1',
    'profile=x',
  ],
  ...[
    'a="b"',
    'a="b',
    'a',
    '=',
    '',
    ' as = Table',
    'as=Table;v=v1;g=meta.k8s.io',
    'as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
  ],
)
const clause = fc
  .tuple(mediaType, fc.array(parameter, { maxLength: 3 }))
  .map(([type, parameters]) => [type, ...parameters].join(';'))
const accept = fc.array(clause, { minLength: 1, maxLength: 3 }).map((clauses): Header => ['Accept', clauses.join(',')])

const contentType = fc.oneof(
  clause.map((text): Header => ['Content-Type', text]),
  fc
    .constantFrom(
      ...[
        'application/json; charset=utf-8',
        'application/json;charset',
        'application/json, application/yaml',
        'application/json;a=b;a=c',
      ],
      ...[
        'application/apply-patch+yaml',
        'application/merge-patch+json; charset=utf-8',
        'application/merge-patch+json ;x',
        'Application/Merge-Patch+JSON',
      ],
      ...[
        'application/strategic-merge-patch+json,foo',
        'foo,application/json-patch+json',
        ' application/json',
        'application/cbor',
      ],
    )
    .map((text): Header => ['Content-Type', text]),
)

const authorization = fc.constantFrom<Header>(
  ...(
    [
      null,
      '',
      ' ',
      'Bearer',
      'Bearer ',
      'Bearer x',
      'bearer x',
      'Basic eDp5',
      'Basic',
      'Basic !!',
      'Token x',
      'Bearer x y',
      'Bearer  x',
      'x',
    ] as const
  ).map((value) => ['Authorization', value] as const),
  ['Authorization', `Bearer ${utf8('é')}`],
  ['Authorization', `Bearer ${'x'.repeat(5_000)}`],
)

const other = fc.constantFrom<Header>(
  ['Accept-Encoding', 'gzip'],
  ['Accept-Encoding', 'x, *;q=0'],
  ['User-Agent', ''],
  ['User-Agent', utf8('é')],
  ['X-Huge', 'x'.repeat(20_000)],
  ['X-Huge', 'x'.repeat(200_000)],
  ['X-Huge', 'x'.repeat(1_100_000)],
  ['Host', 'other.example'],
  ['Host', 'a b'],
  ['Host', ''],
  ['Host', null],
  ['Connection', 'close'],
  ['Connection', 'keep-alive, foo'],
  ['Upgrade', 'websocket'],
  ['X-Forwarded-Host', 'x'],
  ['X-Remote-User', 'admin'],
  ['Content-Encoding', 'gzip'],
  ['Range', 'bytes=0-1'],
  ['If-None-Match', '*'],
  ['Origin', 'http://example.org'],
  ['X-Empty', ''],
  ['X Space', 'a'],
  ['X(', 'a'],
  ['', 'a'],
  ['X-Byte', '\xff'],
  ['X-Nul', 'a\x00b'],
  ['X-Cr', 'a\rb'],
  ['X-Tab', '\ta\t'],
  ['X-Folded', 'a\r\n b'],
)

const impersonation = fc.constantFrom<readonly Header[]>(
  [['Impersonate-User', 'nobody']],
  [['Impersonate-User', '']],
  [['Impersonate-Group', 'g']],
  [['Impersonate-Extra-X', 'y']],
  [['Impersonate-Uid', 'u']],
  [['Impersonate-User', 'system:serviceaccount:default:default']],
)

const object = JSON.stringify({ metadata: { name: 'fresh' }, data: { a: 'b' } })
const requests = fc.constantFrom<WireRequest>(
  { method: 'GET', target: `${inNamespace}/pods` },
  { method: 'GET', target: `${inNamespace}/pods/p` },
  { method: 'GET', target: `${inNamespace}/pods?watch=true` },
  { method: 'GET', target: `${inNamespace}/pods/p/log` },
  { method: 'GET', target: '/api/v1' },
  { method: 'GET', target: '/version' },
  { method: 'GET', target: '/healthz' },
  { method: 'GET', target: '/foo' },
  { method: 'GET', target: `${inNamespace}/widgets` },
  { method: 'POST', target: `${inNamespace}/configmaps?dryRun=All`, body: object },
  { method: 'PUT', target: `${inNamespace}/configmaps/fresh?dryRun=All`, body: object },
  { method: 'PATCH', target: `${inNamespace}/configmaps/c?dryRun=All`, body: '{}' },
  { method: 'DELETE', target: `${inNamespace}/configmaps/c?dryRun=All` },
  { method: 'DELETE', target: `${inNamespace}/configmaps/missing`, body: '{}' },
)

const framing = fc.constantFrom<readonly Header[]>(
  [['Content-Length', '0']],
  [['Content-Length', '-1']],
  [['Content-Length', 'x']],
  [['Content-Length', '+5']],
  [['Content-Length', '5, 5']],
  [
    ['Content-Length', '1'],
    ['Content-Length', '2'],
  ],
  [['Content-Length', '99999999999999999999']],
  [['Content-Length', null]],
  [
    ['Content-Length', null],
    ['Transfer-Encoding', 'gzip'],
  ],
  [
    ['Content-Length', null],
    ['Transfer-Encoding', 'gzip, chunked'],
  ],
  [
    ['Content-Length', null],
    ['Transfer-Encoding', 'identity'],
  ],
  [['Expect', '100-continue']],
  [['Expect', 'foo']],
)

/** A body in chunks, whole or broken. */
const chunked = fc
  .tuple(
    fc.constantFrom('POST', 'PUT', 'PATCH'),
    fc.constantFrom(
      `${object.length.toString(16)}\r\n${object}\r\n0\r\n\r\n`,
      `5\r\n${object.slice(0, 5)}\r\n${(object.length - 5).toString(16)};x=y\r\n${object.slice(5)}\r\n0\r\n\r\n`,
      `${object.length.toString(16)}\r\n${object}\r\n0\r\nX-Trailer: y\r\n\r\n`,
      `zz\r\n${object}\r\n0\r\n\r\n`,
      `-1\r\n${object}\r\n0\r\n\r\n`,
      `3\r\n${object}\r\n0\r\n\r\n`,
      `fffffffffffffffff\r\n${object}\r\n0\r\n\r\n`,
      '0\r\n\r\n',
    ),
  )
  .map(
    ([method, body]): Conversation => ({
      requests: [
        {
          method,
          target: `${inNamespace}/configmaps${method === 'POST' ? '' : '/fresh'}?dryRun=All`,
          headers: [
            ['Content-Type', method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'],
            ['Content-Length', null],
            ['Transfer-Encoding', 'chunked'],
          ],
          body,
        },
      ],
    }),
  )

/** Requests with headers that are none, or that say what is not so. */
export const headers: fc.Arbitrary<Conversation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        requests,
        fc.oneof(accept, accept, contentType, authorization, other),
        fc.option(fc.oneof(accept, contentType), { nil: undefined }),
      )
      // Kubernetes answers 500 when a log is asked for as another kind.
      .filter(
        ([{ target }, ...given]) =>
          !target.includes('/log') ||
          !given.some((header) => header?.[1]?.includes('as=') || header?.[1]?.includes('as =')),
      )
      .map(([request, first, second]) => ({
        requests: [{ ...request, headers: [first, ...(second && second[0] !== first[0] ? [second] : [])] }],
      })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(requests, framing).map(
      ([request, given]): Conversation => ({
        requests: [{ ...request, headers: [['Content-Type', 'application/json'], ...given] }],
      }),
    ),
  },
  { weight: 1, arbitrary: chunked },
  {
    weight: 1,
    arbitrary: fc
      .tuple(requests, impersonation)
      .map(([request, given]) => ({ requests: [{ ...request, headers: given }] })),
  },
)
