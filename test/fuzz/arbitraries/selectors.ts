import * as fc from 'fast-check'
import { NAMESPACE } from '../fuzz-namespace.ts'
import { type Conversation, utf8 } from '../wire-request.ts'

const labelPiece = fc.constantFrom(
  ...[
    'a',
    'b',
    'app',
    'tier',
    'x',
    '1',
    '-1',
    '+5',
    '0x1',
    '1.5',
    '99999999999999999999',
    'in',
    'notin',
    'IN',
    'exists',
  ],
  ...['=', '==', '===', '!=', '!', '(', ')', ',', '>', '<', '>=', '<=', '=>', ' ', '\t', '\n', '  '],
  ...[
    'a/b',
    'a/',
    '/b',
    'a/b/c',
    'A_b',
    'ex.ample/a',
    'Ex.ample/a',
    '-a',
    'a-',
    'a.b',
    '.a',
    'a b',
    "'",
    '"',
    '\\',
    '\\,',
    '*',
    '&&',
    '|',
  ],
  ...[
    'é',
    '\u{1f600}',
    '\u0000',
    '\u00a0',
    'x'.repeat(64),
    `${'y'.repeat(254)}/a`,
    'in(',
    'in (a',
    'in (a,b)',
    'notin ()',
    'in (,)',
    'in (,,a)',
    'a in (b),',
  ],
)
const fieldPiece = fc.constantFrom(
  ...[
    'metadata.name',
    'metadata.namespace',
    'status.phase',
    'spec.nodeName',
    'type',
    'reason',
    'metadata.foo',
    'foo',
    'involvedObject.kind',
  ],
  ...[
    '=',
    '==',
    '!=',
    '!',
    ',',
    '\\',
    '\\,',
    '\\=',
    '\\\\',
    '\\a',
    ' ',
    'p',
    'x',
    '(',
    ')',
    'é',
    'metadata.name=p',
    '>',
    '<',
    'in',
    "'",
    '"',
    '\u0000',
  ],
)

const pieces = (piece: fc.Arbitrary<string>) =>
  fc.array(piece, { minLength: 1, maxLength: 7 }).map((all) => all.join(''))

const collections = [
  ...['pods', 'configmaps', 'secrets', 'events', 'serviceaccounts'].map(
    (name) => `/api/v1/namespaces/${NAMESPACE}/${name}`,
  ),
  `/apis/events.k8s.io/v1/namespaces/${NAMESPACE}/events`,
  '/api/v1/namespaces',
  '/api/v1/nodes',
]

const selection = fc.oneof(
  pieces(labelPiece).map((text) => `labelSelector=${encodeURIComponent(text)}`),
  pieces(fieldPiece).map((text) => `fieldSelector=${encodeURIComponent(text)}`),
  fc
    .tuple(pieces(labelPiece), pieces(fieldPiece))
    .map(([label, field]) => `labelSelector=${encodeURIComponent(label)}&fieldSelector=${encodeURIComponent(field)}`),
  // As people write them: not escaped.
  pieces(labelPiece).map((text) => `labelSelector=${utf8(text).replace(/[\s#\u0000]/g, '+')}`),
)

/** Lists, watches and deletions of collections by selectors that are none. */
export const selectors: fc.Arbitrary<Conversation> = fc
  .tuple(fc.constantFrom(...collections), selection, fc.constantFrom('list', 'list', 'list', 'watch', 'delete'))
  .map(([path, query, verb]) => ({
    requests: [
      verb === 'delete' && path.includes(NAMESPACE)
        ? { method: 'DELETE', target: `${path}?dryRun=All&${query}` }
        : { method: 'GET', target: `${path}?${query}${verb === 'watch' ? '&watch=true' : ''}` },
    ],
  }))
