import * as fc from 'fast-check'
import { NAMESPACE } from '../fuzz-namespace.ts'
import type { Conversation } from '../wire-request.ts'

const pods = `/api/v1/namespaces/${NAMESPACE}/pods`
const json = [['Content-Type', 'application/json']] as const

/** What each kind of request takes, and what others take. */
const places = {
  get: ['resourceVersion', 'pretty', 'includeObject', 'fieldSelector', 'limit'],
  list: [
    ...['resourceVersion', 'resourceVersionMatch', 'limit', 'continue', 'timeoutSeconds', 'allowWatchBookmarks'],
    ...['sendInitialEvents', 'pretty', 'includeObject', 'watch', 'unknown'],
  ],
  watch: [
    'resourceVersion',
    'resourceVersionMatch',
    'limit',
    'continue',
    'timeoutSeconds',
    'allowWatchBookmarks',
    'sendInitialEvents',
  ],
  create: ['dryRun', 'fieldManager', 'fieldValidation', 'pretty', 'force', 'unknown'],
  update: ['dryRun', 'fieldManager', 'fieldValidation', 'pretty', 'force'],
  patch: ['dryRun', 'fieldManager', 'fieldValidation', 'force', 'pretty'],
  delete: [
    'dryRun',
    'gracePeriodSeconds',
    'propagationPolicy',
    'orphanDependents',
    'pretty',
    'ignoreStoreReadErrorWithClusterBreakingPotential',
  ],
  log: [
    ...[
      'container',
      'follow',
      'previous',
      'timestamps',
      'tailLines',
      'limitBytes',
      'sinceSeconds',
      'sinceTime',
      'stream',
    ],
    ...['insecureSkipTLSVerifyBackend', 'pretty'],
  ],
} as const

type Place = keyof typeof places

const value = fc.oneof(
  fc.constantFrom(
    '',
    '0',
    '1',
    '-1',
    '+1',
    '01',
    '1.5',
    '1e3',
    '0x1',
    ' 1',
    '1 ',
    'abc',
    'true',
    'false',
    'True',
    'FALSE',
    't',
    'yes',
    'null',
    'nil',
  ),
  fc.constantFrom(
    '9223372036854775808',
    '-9223372036854775809',
    '2147483648',
    '18446744073709551616',
    '99999999999999999999999',
    'NaN',
    'Infinity',
  ),
  fc.constantFrom(
    'Exact',
    'NotOlderThan',
    'exact',
    'All',
    'all',
    'Strict',
    'Warn',
    'Ignore',
    'strict',
    'Foreground',
    'Background',
    'Orphan',
    'Foo',
  ),
  fc.constantFrom(
    'base',
    'nope',
    'All,All',
    'Stdout',
    'Stderr',
    'None',
    'Metadata',
    'Object',
    '2020-01-01T00:00:00Z',
    '2020-01-01',
    '2020-13-01T00:00:00Z',
  ),
  fc.constantFrom(
    '%c3%a9',
    '%00',
    '%ff',
    '%F0%9F%98%80',
    'x'.repeat(129),
    'a%20b',
    '%22',
    '%5C',
    '<b>',
    "'",
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiIvcFx1MDAwMCJ9',
  ),
  fc.constantFrom(
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiL3BcdTAwMDAifQ',
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6LTEsInN0YXJ0IjoiLi4vcFx1MDAwMCJ9',
    'e30',
    'W10',
    'bnVsbA',
    'eyJ2IjoxfQ',
    'eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6Im8ifQ',
    '!!',
    'e',
  ),
)

function query(place: Place): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(fc.constantFrom<string>(...places[place]), value), { minLength: 1, maxLength: 3 })
    .map((pairs) => pairs.map(([name, text]) => `${name}=${text}`).join('&'))
}

const whole = JSON.stringify({
  metadata: { name: 'fresh' },
  spec: { schedulerName: 'nobody', containers: [{ name: 'base', image: 'b:1' }] },
})

function request(place: Place, text: string): Conversation['requests'][number] {
  switch (place) {
    case 'get':
      return { method: 'GET', target: `${pods}/p?${text}` }
    case 'list':
      return { method: 'GET', target: `${pods}?${text}` }
    case 'watch':
      return { method: 'GET', target: `${pods}?watch=true&${text}` }
    case 'log':
      return { method: 'GET', target: `${pods}/many/log?${text}` }
    case 'create':
      return { method: 'POST', target: `${pods}?${text}`, headers: json, body: whole }
    case 'update':
      return {
        method: 'PUT',
        target: `${pods}/missing?${text}`,
        headers: json,
        body: whole.replace('fresh', 'missing'),
      }
    case 'patch':
      return {
        method: 'PATCH',
        target: `${pods}/p?${text}`,
        headers: [['Content-Type', 'application/merge-patch+json']],
        body: '{"metadata":{"labels":{"patched":"yes"}}}',
      }
    case 'delete':
      return { method: 'DELETE', target: `${pods}/p?${text}` }
  }
}

/** Requests whose options are none: of other types, twice, empty, too large, of other verbs. */
export const parameters: fc.Arbitrary<Conversation> = fc
  .constantFrom(...(Object.keys(places) as Place[]))
  .chain((place) => query(place).map((text) => ({ requests: [request(place, text)] })))
  // Both wait three seconds for a version that is still to come; of the past Kubernetes knows as much as it happens to.
  .filter(({ requests: [only] }) => !/resourceVersion=(%[0-9a-f]{2})?0*[1-9][0-9]*(&|$)/.test(only?.target ?? ''))
