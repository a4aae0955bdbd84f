import fc from 'fast-check'
import { type Operation, type Resource, resources, type Sequence, type Watch } from './operation.ts'
import { beginning, operationOn } from './operation-arbitrary.ts'

/** What a sequence is about: few resources each, so that its operations meet. */
const SUBJECTS: readonly { readonly on: readonly Resource[]; readonly weight: number }[] = [
  { on: ['pods'], weight: 45 },
  { on: ['configmaps'], weight: 12 },
  { on: ['secrets'], weight: 12 },
  { on: ['events'], weight: 10 },
  { on: ['namespaces'], weight: 6 },
  { on: ['namespaces', 'pods'], weight: 4 },
  { on: ['namespaces', 'configmaps', 'secrets', 'events'], weight: 4 },
  { on: ['pods', 'configmaps', 'secrets', 'events'], weight: 7 },
]

/** Five to fifteen operations, watched in every third sequence. */
export const sequences: fc.Arbitrary<Sequence> = fc
  .oneof(...SUBJECTS.map(({ on, weight }) => ({ arbitrary: fc.constant(on), weight })))
  .chain((on) => {
    const operation = fc.oneof(...on.map(operationOn))
    return fc.record({
      watches: fc.oneof({ arbitrary: fc.constant([]), weight: 2 }, { arbitrary: watchesOf(on), weight: 1 }),
      operations: fc
        .tuple(
          fc.array(fc.oneof(...on.map(beginning)), { maxLength: 2 }),
          fc.array(operation, { minLength: 5, maxLength: 13, size: 'max' }),
        )
        .map(([first, rest]) => withOneGeneratedName([...first, ...rest])),
    })
  })

/** Of one kind, the first alone: of several nobody knows the order. */
function withOneGeneratedName(operations: readonly Operation[]): readonly Operation[] {
  const generated = new Set<Resource>()
  return operations.map((operation) => {
    const { object, resource } = operation
    const at = object?.edits.findIndex(({ path }) => path === 'metadata.generateName') ?? -1
    if (object === undefined || operation.verb !== 'create' || at < 0) return operation
    if (!generated.has(resource)) {
      generated.add(resource)
      return operation
    }
    return { ...operation, object: { ...object, edits: object.edits.toSpliced(at, 1) } }
  })
}

const SELECTIONS: readonly Omit<Watch, 'resource'>[] = [
  { query: {}, labels: {} },
  { query: { labelSelector: 'app=a' }, labels: { app: 'a' } },
  { query: { labelSelector: '!app' }, labels: {} },
  { query: { labelSelector: 'app in (a,b),tier!=back' }, labels: { app: 'b' } },
  { query: { fieldSelector: 'metadata.name!=b' }, labels: {} },
]

const OWN_SELECTIONS: Readonly<Record<Resource, readonly Omit<Watch, 'resource'>[]>> = {
  pods: [
    { query: { fieldSelector: 'status.phase=Pending' }, labels: {} },
    { query: { fieldSelector: 'spec.nodeName=' }, labels: {} },
  ],
  namespaces: [],
  configmaps: [],
  secrets: [{ query: { fieldSelector: 'type=Opaque' }, labels: {} }],
  events: [{ query: { fieldSelector: 'involvedObject.name=a' }, labels: {} }],
}

function watchesOf(on: readonly Resource[]): fc.Arbitrary<readonly Watch[]> {
  const watched = resources.filter((resource) => on.includes(resource))
  return fc.tuple(...watched.map(watchOf))
}

function watchOf(resource: Resource): fc.Arbitrary<Watch> {
  // A watch of namespaces is of the sequence's own by their names, and closed by one of these.
  const selections = resource === 'namespaces' ? SELECTIONS.slice(0, 1) : [...SELECTIONS, ...OWN_SELECTIONS[resource]]
  return fc.constantFrom(...selections).map((selection) => ({ resource, ...selection }))
}
