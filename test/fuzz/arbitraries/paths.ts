import * as fc from 'fast-check'
import { NAMESPACE } from '../fuzz-namespace.ts'
import { type Conversation, utf8 } from '../wire-request.ts'

const inNamespace = `/api/v1/namespaces/${NAMESPACE}`

/** Paths that are served. */
export const knownPaths: readonly string[] = [
  '/api',
  '/api/v1',
  '/apis',
  '/apis/events.k8s.io',
  '/apis/events.k8s.io/v1',
  '/version',
  '/healthz',
  '/readyz',
  '/livez',
  '/api/v1/namespaces',
  `/api/v1/namespaces/${NAMESPACE}`,
  `/api/v1/namespaces/${NAMESPACE}/status`,
  '/api/v1/namespaces/missing',
  '/api/v1/pods',
  '/api/v1/nodes/missing',
  `${inNamespace}/pods`,
  `${inNamespace}/pods/p`,
  `${inNamespace}/pods/p/status`,
  `${inNamespace}/pods/missing`,
  `${inNamespace}/pods/missing/log`,
  `${inNamespace}/configmaps`,
  `${inNamespace}/configmaps/c`,
  `${inNamespace}/secrets/s`,
  `${inNamespace}/serviceaccounts/a`,
  `${inNamespace}/events/e`,
  `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events/e`,
  `/api/v1/namespaces/missing/pods`,
]

/** Nothing here is the name of something that Kubernetes has and the dev cluster says that it lacks. */
const segment = fc.oneof(
  fc.constantFrom(
    ...['api', 'apis', 'v1', 'v2', 'v1beta1', 'V1', 'events.k8s.io', 'foo.example', 'namespaces', NAMESPACE, 'default'],
    ...['pods', 'Pods', 'pod', 'widgets', 'configmaps', 'events', 'nodes', 'p', 'c', 'missing', 'watch', 'proxied'],
    ...['status', 'log', 'binding', 'eviction', 'finalize', 'widget', 'healthz', 'readyz', 'livez', 'version', 'ping'],
  ),
  fc.constantFrom(
    '',
    '.',
    '...',
    '%2e',
    '%2F',
    '%2f',
    '%00',
    '%0a',
    '%20',
    '%25',
    '%zz',
    '%',
    '%e',
    '%c3%a9',
    '%ff',
    '+',
  ),
  fc.constantFrom(
    'a b',
    'a:b',
    'a;b',
    'a,b',
    'a@b',
    'a=b',
    'a&b',
    '~',
    '$',
    '!',
    "'",
    '"',
    '<',
    '>',
    '\\',
    '^',
    '`',
    '{',
    '|',
    '}',
  ),
  fc.constantFrom(
    utf8('é'),
    utf8('ü\u{1f600}'),
    '\xff',
    '\x7f',
    'UPPER',
    '-a',
    'a_b',
    'x'.repeat(254),
    'y'.repeat(5_000),
  ),
)

const segments = fc.array(segment, { maxLength: 8 }).map((all) => `/${all.join('/')}`)

const changed = fc
  .tuple(fc.constantFrom(...knownPaths), fc.nat(8), fc.constantFrom('insert', 'replace', 'remove'), segment)
  .map(([path, at, change, fresh]) => {
    const parts = path.slice(1).split('/')
    const index = at % (parts.length + (change === 'insert' ? 1 : 0))
    parts.splice(index, change === 'insert' ? 0 : 1, ...(change === 'remove' ? [] : [fresh]))
    return `/${parts.join('/')}`
  })

const decorated = fc
  .tuple(
    fc.constantFrom(...knownPaths),
    fc.constantFrom(
      '/',
      '//',
      '/.',
      '/..',
      '%',
      '#',
      '#a',
      '?',
      '??',
      '?&',
      '?=',
      '?;',
      '?%zz=1',
      '?a=%',
      '?pretty=%zz',
    ),
  )
  .map(([path, end]) => path + end)

const prefixed = fc
  .tuple(
    fc.constantFrom('/', '/.', '/..', '/api/..', 'https://127.0.0.1', 'http://other.example', 'x', ''),
    fc.constantFrom(...knownPaths),
  )
  .map(([start, path]) => start + path)

const odd = fc.constantFrom(
  '/',
  '*',
  '',
  '?',
  '/?',
  '//',
  '/..',
  '/../..',
  'api/v1',
  '/api/v1/../v1/namespaces',
  '127.0.0.1:1',
)

/** Requests to paths that are not served, or not so. */
export const paths: fc.Arbitrary<Conversation> = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST'),
    fc.oneof(segments, changed, changed, decorated, prefixed, odd),
  )
  .map(([method, target]) => ({
    requests: [
      method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
        ? { method, target }
        : { method, target: `${target}?dryRun=All`, headers: [['Content-Type', 'application/json']], body: '{}' },
    ],
  }))
