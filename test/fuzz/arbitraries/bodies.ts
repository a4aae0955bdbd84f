import * as fc from 'fast-check'
import { stringify } from 'yaml'
import { NAMESPACE } from '../fuzz-namespace.ts'
import { type Conversation, utf8 } from '../wire-request.ts'
import { broken, placesIn, replacedIn, wrongValue } from './mutations.ts'
import { type ValidObject, validObjects } from './objects.ts'

const validation = fc.constantFrom(
  '',
  '',
  '&fieldValidation=Strict',
  '&fieldValidation=Warn',
  '&fieldValidation=Ignore',
)

function written(
  { collection, name }: ValidObject,
  verb: 'POST' | 'PUT',
  contentType: string,
  body: string,
  options: string,
): Conversation {
  const target = verb === 'POST' ? collection : `${collection}/${name}`
  return {
    requests: [
      { method: verb, target: `${target}?dryRun=All${options}`, headers: [['Content-Type', contentType]], body },
    ],
  }
}

const valid = fc.constantFrom(...validObjects)
const verb = fc.constantFrom('POST' as const, 'POST' as const, 'POST' as const, 'PUT' as const)

const json = fc.tuple(valid, verb, validation).chain(([given, method, options]) => {
  const whole = utf8(JSON.stringify(given.object))
  const wrong = fc
    .tuple(fc.constantFrom(...placesIn(given.object)), wrongValue)
    .map(([place, text]) => replacedIn(given.object, place, text))
  const twice = fc
    .tuple(fc.constantFrom(...placesIn(given.object).filter((place) => typeof place.at(-1) === 'string')), wrongValue)
    .map(([place, text]) => {
      const key = JSON.stringify(place.at(-1))
      return whole.replace(`${key}:`, () => `${key}:${text},${key}:`)
    })
  const unknown = fc
    .constantFrom(...placesIn(given.object))
    .map((place) => replacedIn(given.object, place, '{"unknown":{"a":[1]},"Name":1}'))
  const wrapped = fc.constantFrom(
    `[${whole}]`,
    `${whole}${whole}`,
    ` ${whole}\n\n`,
    `${whole}x`,
    `\xef\xbb\xbf${whole}`,
    `"${whole}"`,
    `{"items":[${whole}]}`,
    '',
    ' ',
    'null',
    '0',
    '""',
    'x',
    '--- ',
    '{}',
  )
  const other = fc
    .tuple(
      fc.constantFrom('kind', 'apiVersion'),
      fc.constantFrom(
        'Foo',
        'PodList',
        'Service',
        'List',
        'Status',
        'pod',
        'DeleteOptions',
        'v1',
        'v2',
        'apps/v1',
        'foo/v1',
        'a/b/c',
        '/',
        '/v1',
        'events.k8s.io/v1',
        ' v1',
        '',
      ),
    )
    .map(([field, text]) => utf8(JSON.stringify({ ...given.object, [field]: text })))
  return fc
    .oneof(wrong, wrong, wrong, broken(whole), broken(whole), twice, unknown, wrapped, other)
    .map((body) => written(given, method, 'application/json', body, options))
})

const yamlPiece = fc.constantFrom(
  '\t',
  '- ',
  ': ',
  '? ',
  '&a ',
  '*a',
  '<<: *a',
  '!!str ',
  '!!binary ',
  '!!foo ',
  '---\n',
  '...\n',
  '%YAML 1.2\n',
  '|',
  '>-',
  '"',
  "'",
  '{',
  '[',
  '}',
  ']',
  '#',
  '@',
  '`',
  '\x00',
  '\xff',
  'yes',
  '0o7',
  '1_000',
  '0x1',
  '~',
  '.nan',
  '.inf',
  '2026-01-01',
  '12:30:00',
)

const yaml = fc.tuple(valid, verb, validation).chain(([given, method, options]) => {
  const whole = utf8(stringify(given.object))
  const inserted = fc
    .tuple(fc.nat(whole.length), fc.constantFrom(0, 0, 1, 3), yamlPiece)
    .map(([at, removed, put]) => whole.slice(0, at) + put + whole.slice(at + removed))
  const asJson = fc
    .tuple(fc.constantFrom(...placesIn(given.object)), wrongValue)
    .map(([place, text]) => replacedIn(given.object, place, text))
  return fc.oneof(inserted, inserted, asJson).map((body) => written(given, method, 'application/yaml', body, options))
})

const deletion = fc
  .oneof(
    fc
      .tuple(
        fc.constantFrom(
          ...placesIn({
            kind: 'DeleteOptions',
            apiVersion: 'v1',
            gracePeriodSeconds: 5,
            preconditions: { uid: 'x', resourceVersion: '1' },
            propagationPolicy: 'Orphan',
            dryRun: ['All'],
          }),
        ),
        wrongValue,
      )
      .map(([place, text]) =>
        replacedIn(
          {
            kind: 'DeleteOptions',
            apiVersion: 'v1',
            gracePeriodSeconds: 5,
            preconditions: { uid: 'x', resourceVersion: '1' },
            propagationPolicy: 'Orphan',
            dryRun: ['All'],
          },
          place,
          text,
        ),
      ),
    broken('{"kind":"DeleteOptions","apiVersion":"v1","preconditions":{"uid":"x"},"dryRun":["All"]}'),
    fc
      .constantFrom('DeleteOptions', 'Pod', 'Foo', '')
      .chain((kind) =>
        fc
          .constantFrom('v1', 'meta.k8s.io/v1', 'apps/v1', 'policy/v1', 'v2', '')
          .map((apiVersion) => JSON.stringify({ kind, apiVersion, preconditions: { uid: 'x' } })),
      ),
  )
  .map(
    (body): Conversation => ({
      requests: [
        {
          method: 'DELETE',
          target: `/api/v1/namespaces/${NAMESPACE}/pods/p`,
          headers: [['Content-Type', 'application/json']],
          body,
        },
      ],
    }),
  )

const posted = (subresource: string, object: object) =>
  fc
    .oneof(
      fc
        .tuple(fc.constantFrom(...placesIn(object)), wrongValue)
        .map(([place, text]) => replacedIn(object, place, text)),
      broken(JSON.stringify(object)),
    )
    .map(
      (body): Conversation => ({
        requests: [
          {
            method: 'POST',
            target: `/api/v1/namespaces/${NAMESPACE}/pods/p/${subresource}?dryRun=All`,
            headers: [['Content-Type', 'application/json']],
            body,
          },
        ],
      }),
    )

const subresources = fc.oneof(
  posted('binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name: 'p' },
    target: { apiVersion: 'v1', kind: 'Node', name: 'n' },
  }),
  posted('eviction', {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name: 'p', namespace: NAMESPACE },
    deleteOptions: { gracePeriodSeconds: 5, dryRun: ['All'] },
  }),
)

const megabytes = (count: number) => Math.floor(count * 1024 * 1024)

/** At 3 MiB, and beyond. */
const huge = fc
  .tuple(
    fc.constantFrom(megabytes(1.6), megabytes(3) - 1, megabytes(3), megabytes(3) + 1, megabytes(4)),
    fc.constantFrom('spaces', 'annotation'),
    fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE'),
  )
  .map(([size, kind, method]): Conversation => {
    const start = kind === 'spaces' ? '{"metadata":{"name":"huge"}' : '{"metadata":{"name":"huge","annotations":{"a":"'
    const end = kind === 'spaces' ? '}' : '"}}}'
    const body = start + (kind === 'spaces' ? ' ' : 'x').repeat(size - start.length - end.length) + end
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const target = `/api/v1/namespaces/${NAMESPACE}/configmaps${method === 'POST' ? '' : '/huge'}?dryRun=All`
    return { requests: [{ method, target, headers: [['Content-Type', contentType]], body }] }
  })

/** Bodies that are no objects, or not those that belong there. */
export const bodies: fc.Arbitrary<Conversation> = fc.oneof(
  { weight: 10, arbitrary: json },
  { weight: 3, arbitrary: yaml },
  { weight: 2, arbitrary: deletion },
  { weight: 2, arbitrary: subresources },
)

export const hugeBodies: fc.Arbitrary<Conversation> = huge
