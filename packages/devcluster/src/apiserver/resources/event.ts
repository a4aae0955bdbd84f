import type { KubeObject } from '../../storage/kube-object.ts'
import type { Event } from '../../types.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkQualifiedName } from '../validation/names.ts'
import { plainResource } from './plain-resource.ts'
import { ageOf, NAME_COLUMN, type ResourceDefinition, textOf } from './resource-definition.ts'

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

/** The fields of the object an event is about, for selectors. */
export function fieldsOfReference(name: string): ResourceDefinition['fieldLabels'] {
  return Object.fromEntries(
    INVOLVED.map((field) => [`${name}.${field}`, (object: KubeObject) => textOf(object, 'involvedObject', field)]),
  )
}

/** Events in their old form, which kubectl reads. Those of the node and the scheduler go an hour after they were last repeated. */
export const events: ResourceDefinition = plainResource({
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  fieldLabels: {
    ...fieldsOfReference('involvedObject'),
    reason: (object) => textOf(object, 'reason'),
    reportingComponent: (object) => textOf(object, 'reportingComponent'),
    source: (object) => textOf(object, 'source', 'component') || textOf(object, 'reportingComponent'),
    type: (object) => textOf(object, 'type'),
  },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  isUncached: true,
  tooOldMessage: () => 'The resourceVersion for the provided watch is too old.',
  allowsCreateOnUpdate: true,
  validate: (object, errors) => validateEvent(object, 'reportingComponent', errors),
  validateUpdate: (next, _current, errors) => validateEvent(next, 'reportingComponent', errors),
  columns: [
    { name: 'Last Seen', description: 'Time since it happened last.' },
    { name: 'Type', description: 'Normal or Warning.' },
    { name: 'Reason', description: 'Why, in one word.' },
    { name: 'Object', description: 'What it is about.' },
    { name: 'Subobject', description: 'Which part of it.', priority: 1 },
    { name: 'Source', description: 'Who says so.', priority: 1 },
    { name: 'Message', description: 'For people.' },
    { name: 'First Seen', description: 'Time since it happened first.', priority: 1 },
    { name: 'Count', description: 'How often it happened.', priority: 1 },
    { ...NAME_COLUMN, priority: 1 },
  ],
  row,
})

const MAX_WORD = 128
const MAX_MESSAGE = 1024

/**
 * Checks an event (Kubernetes: legacyValidateEvent), and nothing of its metadata: the registry does that of every
 * object. One with `eventTime` must say who reports what.
 */
export function validateEvent(object: KubeObject, reporterField: string, errors: FieldErrors): void {
  const about = textOf(object, 'involvedObject', 'namespace')
  const own = object.metadata.namespace ?? ''
  const isNew = textOf(object, 'eventTime') !== ''
  const homes = isNew ? ['default', 'kube-system'] : ['default']
  if (about === '' ? !homes.includes(own) : !isNew && about !== own) {
    errors.invalid('involvedObject.namespace', about, 'does not match event.namespace')
  }
  if (!isNew) return
  const reporter = textOf(object, 'reportingComponent')
  if (reporter === '') errors.required(reporterField)
  errors.invalidAll(reporterField, reporter, checkQualifiedName(reporter))
  for (const field of ['reportingInstance', 'action', 'reason']) {
    const text = textOf(object, field)
    if (text === '') errors.required(field)
    if (Buffer.byteLength(text) > MAX_WORD) errors.invalid(field, '', `can have at most ${MAX_WORD} characters`)
  }
  if (Buffer.byteLength(textOf(object, 'message')) > MAX_MESSAGE) {
    errors.invalid('message', '', `can have at most ${MAX_MESSAGE} characters`)
  }
}

function row(object: KubeObject, now: number): readonly (string | number)[] {
  const event = object as unknown as Event & { series?: { count?: number; lastObservedTime?: string } }
  const { involvedObject, source } = event
  const first = event.firstTimestamp ?? event.eventTime
  const last = event.series?.lastObservedTime ?? event.lastTimestamp ?? first
  const component = source?.component || event.reportingComponent || ''
  const host = source?.host || event.reportingInstance || ''
  return [
    ageOf(last, now),
    event.type ?? '',
    event.reason ?? '',
    `${(involvedObject.kind ?? '').toLowerCase()}/${involvedObject.name ?? ''}`,
    involvedObject.fieldPath ?? '',
    host === '' ? component : `${component}, ${host}`,
    (event.message ?? '').trim(),
    ageOf(first, now),
    event.series?.count ?? event.count ?? 1,
    object.metadata.name,
  ]
}
