import { checkDnsLabel } from '../validation/names.ts'
import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ALL_VERBS, ageOf, NAME_COLUMN, textOf } from './resource-definition.ts'

/** Namespaces. One that is deleted stays, Terminating, until the namespace controller has emptied it. */
export const namespaces = plainResource({
  kind: 'Namespace',
  plural: 'namespaces',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
  subresources: ['status', 'finalize'],
  checkName: checkDnsLabel,
  answersDeletedObject: true,
  fieldLabels: {
    'status.phase': (object) => textOf(object, 'status', 'phase'),
    name: (object) => object.metadata.name,
  },
  unknownFieldLabel: (label) => `"${label}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  prepareCreate: (object) => ({
    ...object,
    metadata: {
      ...object.metadata,
      labels: { ...object.metadata.labels, 'kubernetes.io/metadata.name': object.metadata.name },
    },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }),
  prepareUpdate: (next, current) => ({
    ...next,
    metadata: {
      ...next.metadata,
      labels: { ...next.metadata.labels, 'kubernetes.io/metadata.name': next.metadata.name },
    },
    spec: current.spec,
    status: current.status,
  }),
  prepareStatusUpdate: (next, current) => ({ ...next, spec: current.spec }),
  columns: [NAME_COLUMN, { name: 'Status', description: 'Active or Terminating.' }, AGE_COLUMN],
  row: (object, now) => [
    object.metadata.name,
    textOf(object, 'status', 'phase'),
    ageOf(object.metadata.creationTimestamp, now),
  ],
})
