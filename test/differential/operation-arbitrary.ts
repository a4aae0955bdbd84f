import fc from 'fast-check'
import { configMapFields } from './fields/config-map-fields.ts'
import { eventFields, newEvent } from './fields/event-fields.ts'
import { editOf, editsOf, type FieldTable } from './fields/field-table.ts'
import { metadataFields, versionFields } from './fields/metadata-fields.ts'
import { namespaceFields } from './fields/namespace-fields.ts'
import { oddPatches } from './fields/odd-patches.ts'
import { bindingFields, evictionFields, podFields, podStatusFields } from './fields/pod-fields.ts'
import { secretFields } from './fields/secret-fields.ts'
import { type Edit, GENERATED, type Json, type NamespaceChoice, type Operation, type Resource } from './operation.ts'
import { patchOf } from './patch-of.ts'

type Query = Readonly<Record<string, Json>>
type Place = Pick<Operation, 'resource' | 'namespace'>

const ownFields: Readonly<Record<Resource, FieldTable>> = {
  pods: podFields,
  namespaces: namespaceFields,
  configmaps: configMapFields,
  secrets: secretFields,
  events: eventFields,
}

const PATCH_TYPES = ['json', 'merge', 'strategic'] as const

/** One operation on a resource. */
export function operationOn(resource: Resource): fc.Arbitrary<Operation> {
  const kinds: { arbitrary: fc.Arbitrary<Operation>; weight: number }[] = [
    { arbitrary: creation(resource), weight: 24 },
    { arbitrary: update(resource), weight: 16 },
    { arbitrary: patch(resource), weight: 20 },
    { arbitrary: deletion(resource), weight: 12 },
    { arbitrary: reading(resource), weight: 5 },
    { arbitrary: listing(resource), weight: 9 },
    { arbitrary: collectionDeletion(resource), weight: resource === 'namespaces' ? 1 : 4 },
  ]
  if (resource === 'pods') {
    kinds.push({ arbitrary: statusChange(resource, podStatusFields), weight: 12 })
    kinds.push({ arbitrary: podAction('binding', bindingFields), weight: 6 })
    kinds.push({ arbitrary: podAction('eviction', evictionFields), weight: 4 })
  }
  if (resource === 'namespaces') {
    kinds.push({ arbitrary: statusChange(resource, namespaceFields), weight: 8 })
    kinds.push({ arbitrary: finalization(), weight: 6 })
  }
  return fc.oneof(...kinds)
}

/** A creation that is likely to be taken, so that there is something to work on. */
export function beginning(resource: Resource): fc.Arbitrary<Operation> {
  const mild: FieldTable = {
    'metadata.labels': [{ app: 'a' }, { app: 'b', tier: 'front' }],
    'metadata.finalizers': [['davit.test/hold'], ['davit.test/hold', 'davit.test/other']],
    ...(resource === 'pods' && {
      'spec.schedulingGates': [
        [{ name: 'davit.test/gate' }],
        [{ name: 'davit.test/gate' }, { name: 'davit.test/other' }],
      ],
      'spec.nodeName': ['nowhere'],
      'spec.containers': [
        [
          { name: 'base', image: 'busybox' },
          { name: 'side', image: 'busybox:1' },
        ],
      ],
    }),
  }
  return place(resource).chain((at) =>
    fc.record({ name: nameIn(resource), edits: editsOf(mild) }).map(({ name, edits }) => ({
      verb: 'create' as const,
      ...at,
      name,
      object: { base: 'smallest' as const, edits },
    })),
  )
}

function place(resource: Resource): fc.Arbitrary<Place> {
  const weights: [NamespaceChoice, number][] = [
    ['own', 45],
    ['other', 4],
    ['absent', 1],
  ]
  const namespace =
    resource === 'namespaces'
      ? fc.constant<NamespaceChoice>('own')
      : fc.oneof(...weights.map(([choice, weight]) => ({ arbitrary: fc.constant(choice), weight })))
  return namespace.map((chosen) => ({ resource, namespace: chosen }))
}

function nameIn(resource: Resource): fc.Arbitrary<string> {
  if (resource === 'namespaces') return weighted({ other: 12, own: 6, absent: 1 })
  return weighted({ a: 30, b: 12, [GENERATED]: 4, c: 2, Bad: 1 })
}

function weighted(weights: Readonly<Record<string, number>>): fc.Arbitrary<string> {
  return fc.oneof(...Object.entries(weights).map(([value, weight]) => ({ arbitrary: fc.constant(value), weight })))
}

/** The resource's own fields are more than the common ones. */
function fieldsOf(resource: Resource): FieldTable {
  return { ...metadataFields, ...ownFields[resource] }
}

function objectEdits(resource: Resource): fc.Arbitrary<readonly Edit[]> {
  return fc.oneof(
    { arbitrary: editsOf(ownFields[resource]), weight: 3 },
    { arbitrary: editsOf(metadataFields), weight: 2 },
    { arbitrary: editsOf(fieldsOf(resource)), weight: 2 },
  )
}

function sometimes<T extends Json>(parameter: string, weight: number, values: fc.Arbitrary<T>): fc.Arbitrary<Query> {
  return fc.oneof(
    { arbitrary: fc.constant<Query>({}), weight: 100 - weight },
    { arbitrary: values.map((value) => ({ [parameter]: value })), weight },
  )
}

function together(...queries: fc.Arbitrary<Query>[]): fc.Arbitrary<{ query?: Query }> {
  return fc.tuple(...queries).map((parts) => {
    const query: Query = Object.assign({}, ...parts)
    return Object.keys(query).length === 0 ? {} : { query }
  })
}

function writeQuery(): fc.Arbitrary<{ query?: Query }> {
  return together(
    sometimes('dryRun', 8, fc.constantFrom('All', 'All', 'All', 'Some', '')),
    sometimes('fieldValidation', 25, fc.constantFrom('Strict', 'Strict', 'Warn', 'Ignore', '', 'Foo')),
    sometimes('fieldManager', 3, fc.constantFrom('me', 'm'.repeat(129), 'a\u0001b')),
  )
}

function creation(resource: Resource): fc.Arbitrary<Operation> {
  const named = fc.record({ name: nameIn(resource), edits: objectEdits(resource) })
  const generated = objectEdits(resource).map((edits) => ({
    edits: [{ path: 'metadata.generateName', value: 'gen-' }, ...edits],
  }))
  const whole =
    resource === 'events'
      ? fc.record({
          name: nameIn(resource),
          edits: fc
            .tuple(
              ...Object.entries(newEvent).map(([path, [value]]) =>
                fc.option(fc.constant({ path, value } as Edit), { freq: 8 }),
              ),
            )
            .map((edits) => edits.filter((edit) => edit !== null)),
        })
      : named
  return fc
    .tuple(
      place(resource),
      fc.oneof(
        { arbitrary: named, weight: 8 },
        { arbitrary: generated, weight: resource === 'namespaces' ? 0 : 1 },
        { arbitrary: whole, weight: 1 },
      ),
      writeQuery(),
    )
    .map(([at, { edits, ...name }, query]) => ({
      verb: 'create',
      ...at,
      ...name,
      ...query,
      object: { base: 'smallest', edits },
    }))
}

function base(): fc.Arbitrary<'latest' | 'first' | 'smallest'> {
  return weighted({ latest: 15, first: 3, smallest: 2 }) as fc.Arbitrary<'latest' | 'first' | 'smallest'>
}

function changes(resource: Resource): fc.Arbitrary<readonly Edit[]> {
  return fc
    .tuple(
      objectEdits(resource),
      fc.oneof({ arbitrary: fc.constant([]), weight: 3 }, { arbitrary: fc.tuple(editOf(versionFields)), weight: 1 }),
    )
    .map(([edits, version]) => [...edits, ...version])
}

/**
 * As an update of the whole object has them. It does not take a namespace's `spec.finalizers`; but Kubernetes notes in
 * `managedFields` who asked for them, which makes a new version of it.
 */
function wholeChanges(resource: Resource): fc.Arbitrary<readonly Edit[]> {
  if (resource !== 'namespaces') return changes(resource)
  return changes(resource).map((edits) => edits.filter(({ path }) => path !== 'spec.finalizers'))
}

function update(resource: Resource): fc.Arbitrary<Operation> {
  return fc
    .tuple(place(resource), nameIn(resource), base(), wholeChanges(resource), writeQuery())
    .map(([at, name, from, edits, query]) => ({ verb: 'update', ...at, name, ...query, object: { base: from, edits } }))
}

function patch(resource: Resource): fc.Arbitrary<Operation> {
  return fc
    .tuple(place(resource), nameIn(resource), patchBody(resource, wholeChanges(resource)), writeQuery())
    .map(([at, name, body, query]) => ({ verb: 'patch', ...at, name, ...query, ...body }))
}

function patchBody(
  resource: Resource,
  edits: fc.Arbitrary<readonly Edit[]>,
): fc.Arbitrary<Pick<Operation, 'json' | 'patchType'>> {
  return fc.constantFrom(...PATCH_TYPES).chain((patchType) =>
    fc
      .oneof(
        {
          arbitrary: fc
            .tuple(edits, fc.constantFrom('add', 'add', 'replace', 'test'))
            .map(([chosen, operation]) => patchOf(patchType, chosen, operation)),
          weight: 3,
        },
        { arbitrary: fc.constantFrom(...oddPatches(resource, patchType)), weight: 2 },
      )
      .map((json) => ({ patchType, json })),
  )
}

function statusChange(resource: Resource, table: FieldTable): fc.Arbitrary<Operation> {
  const edits = fc.oneof({ arbitrary: editsOf(table), weight: 8 }, { arbitrary: changes(resource), weight: 1 })
  const updated = fc
    .tuple(base(), edits)
    .map(([from, chosen]) => ({ verb: 'update' as const, object: { base: from, edits: chosen } }))
  const patched = patchBody(resource, edits).map((body) => ({ verb: 'patch' as const, ...body }))
  return fc
    .tuple(place(resource), nameIn(resource), fc.oneof(updated, patched), writeQuery())
    .map(([at, name, change, query]) => ({ ...change, ...at, subresource: 'status', name, ...query }))
}

function podAction(subresource: 'binding' | 'eviction', table: FieldTable): fc.Arbitrary<Operation> {
  return fc.tuple(place('pods'), nameIn('pods'), editsOf(table), writeQuery()).map(([at, name, edits, query]) => ({
    verb: 'create',
    ...at,
    name,
    subresource,
    ...query,
    object: { base: 'smallest', edits },
  }))
}

function finalization(): fc.Arbitrary<Operation> {
  return fc
    .tuple(place('namespaces'), nameIn('namespaces'), base(), changes('namespaces'), writeQuery())
    .map(([at, name, from, edits, query]) => ({
      verb: 'update',
      ...at,
      name,
      subresource: 'finalize',
      ...query,
      object: { base: from, edits },
    }))
}

const preconditions: readonly Json[] = [
  { uid: { $ref: 'uid' } },
  { uid: { $ref: 'uid', back: 1 } },
  { uid: '11111111-1111-1111-1111-111111111111' },
  { resourceVersion: { $ref: 'version' } },
  { resourceVersion: { $ref: 'version', back: 1 } },
  { uid: { $ref: 'uid' }, resourceVersion: { $ref: 'version' } },
  { resourceVersion: 'x' },
  { uid: '' },
  {},
  null,
]

const deleteFields: FieldTable = {
  gracePeriodSeconds: [0, 5, 60, -1, null, 'x'],
  preconditions,
  dryRun: [['All'], ['Some'], [], 'All'],
  propagationPolicy: ['Background', 'Background', 'Nothing', ''],
  // Without it, or with false, a garbage collector would be needed.
  orphanDependents: ['x'],
  kind: ['DeleteOptions', 'Pod', ''],
  apiVersion: ['v1', 'v2', ''],
  foo: ['bar'],
}

/** For a namespace's dependents, a finalizer would wait for a garbage collector, which none of the servers has. */
const { orphanDependents: _, ...namespaceDeleteFields } = deleteFields

function deleteBody(resource: Resource): fc.Arbitrary<Pick<Operation, 'json' | 'query'>> {
  const inBody = fc
    .array(editOf(resource === 'namespaces' ? namespaceDeleteFields : deleteFields), { minLength: 1, maxLength: 3 })
    .map((edits) => ({ json: patchOf('merge', edits, 'add') }))
  const inQuery = together(
    sometimes('gracePeriodSeconds', 40, fc.constantFrom('0', '5', '60', '-1', 'x')),
    sometimes('dryRun', 10, fc.constantFrom('All', 'Some')),
    sometimes('propagationPolicy', 10, fc.constantFrom('Background', 'Nothing')),
  )
  return fc.oneof(
    { arbitrary: fc.constant({}), weight: 4 },
    { arbitrary: inBody, weight: 4 },
    { arbitrary: inQuery, weight: 2 },
  )
}

/** The sequence's own namespace stays. */
function deletion(resource: Resource): fc.Arbitrary<Operation> {
  return fc
    .tuple(
      place(resource),
      resource === 'namespaces' ? weighted({ other: 12, absent: 1 }) : nameIn(resource),
      deleteBody(resource),
    )
    .map(([at, name, body]) => ({ verb: 'delete', ...at, name, ...body }))
}

function reading(resource: Resource): fc.Arbitrary<Operation> {
  const query = together(sometimes('resourceVersion', 20, fc.constantFrom<Json>('0', { $ref: 'version' }, '', 'abc')))
  const hasStatus = resource === 'pods' || resource === 'namespaces'
  const subresource: fc.Arbitrary<{ subresource?: 'status' }> = hasStatus
    ? fc.constantFrom({}, {}, { subresource: 'status' })
    : fc.constant({})
  return fc
    .tuple(place(resource), nameIn(resource), subresource, query)
    .map(([at, name, sub, asked]) => ({ verb: 'get', ...at, ...sub, name, ...asked }))
}

const LABEL_SELECTORS = [
  'app',
  'app=a',
  'app==b',
  'app!=a',
  '!app',
  'app in (a,b)',
  'app notin (a)',
  'app=a,tier=front',
  'tier in (back,front),app',
  'app=',
  'app=a=b',
  'app in ()',
  'app in (a',
  'a b',
  'app>5',
  ',',
  'app,,tier',
  '-a',
]

const FIELD_SELECTORS: Readonly<Record<Resource, readonly string[]>> = {
  pods: [
    'status.phase=Pending',
    'status.phase!=Pending',
    'spec.nodeName=',
    'spec.nodeName=nowhere',
    'spec.restartPolicy=Never',
    'spec.schedulerName=nobody',
    'status.podIP=10.0.0.1',
    'status.qosClass=BestEffort',
    'spec.serviceAccountName=default',
  ],
  namespaces: ['status.phase=Active', 'status.phase=Terminating'],
  configmaps: ['data.a=1'],
  secrets: ['type=Opaque', 'type!=Opaque'],
  events: [
    'reason=Started',
    'involvedObject.kind=Pod',
    'involvedObject.name=a,type=Normal',
    'source=kubelet',
    'reportingComponent=davit.test/controller',
    'involvedObject.foo=x',
    'message=x',
  ],
}

function selectors(resource: Resource): readonly fc.Arbitrary<Query>[] {
  const anyField = [
    'metadata.name=a',
    'metadata.name!=a',
    'metadata.namespace=default',
    'metadata.uid=x',
    'x',
    'metadata.name=a,metadata.name=b',
    '=',
    'metadata.name>a',
  ]
  return [
    // There is more than one sequence's namespaces.
    resource === 'namespaces'
      ? fc.constant<Query>({ fieldSelector: 'metadata.name=nothing' })
      : sometimes('fieldSelector', 25, fc.constantFrom(...FIELD_SELECTORS[resource], ...anyField)),
    sometimes('labelSelector', 35, fc.constantFrom(...LABEL_SELECTORS)),
  ]
}

function listing(resource: Resource): fc.Arbitrary<Operation> {
  const query = together(
    ...selectors(resource),
    sometimes('limit', 30, fc.constantFrom('1', '2', '0', '-1', 'x')),
    sometimes(
      'continue',
      15,
      fc.constantFrom<Json>({ $ref: 'continue' }, { $ref: 'continue' }, { $ref: 'continue' }, 'x'),
    ),
    sometimes(
      'resourceVersion',
      25,
      fc.constantFrom<Json>('0', { $ref: 'listVersion' }, { $ref: 'version' }, { $ref: 'version', back: 1 }, '', 'abc'),
    ),
    sometimes('resourceVersionMatch', 12, fc.constantFrom('Exact', 'NotOlderThan', 'Newest')),
    sometimes('timeoutSeconds', 2, fc.constantFrom('5', 'x')),
  )
  return fc.tuple(place(resource), query).map(([at, asked]) => ({ verb: 'list', ...at, ...asked }))
}

/** Never of all config maps: a controller would put back its own. */
function collectionDeletion(resource: Resource): fc.Arbitrary<Operation> {
  const chosen =
    resource === 'configmaps'
      ? together(
          fc.constantFrom<Query>(
            { labelSelector: 'app' },
            { labelSelector: 'app=a' },
            { fieldSelector: 'metadata.name=a' },
          ),
        )
      : together(...selectors(resource))
  return fc.tuple(place(resource), chosen, deleteBody(resource)).map(([at, { query = {} }, body]) => ({
    verb: 'deletecollection',
    ...at,
    ...body,
    ...((Object.keys(query).length > 0 || body.query) && { query: { ...query, ...body.query } }),
  }))
}
