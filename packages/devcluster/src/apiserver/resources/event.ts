import type { KubeObject } from '../../storage/kube-object.ts'
import type { Event } from '../../types.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkDnsSubdomain, checkQualifiedName } from '../validation/names.ts'
import { validateMetadata } from '../validation/object-metadata.ts'
import { plainResource } from './plain-resource.ts'
import { ageOf, NAME_COLUMN, type ResourceDefinition, textOf } from './resource-definition.ts'

const INVOLVED = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

/** Events in their old form, which kubectl reads. Those of the node and the scheduler go an hour after they were last repeated. */
export const events: ResourceDefinition = plainResource({
  kind: 'Event',
  plural: 'events',
  singular: 'event',
  shortNames: ['ev'],
  fieldLabels: {
    ...Object.fromEntries(
      INVOLVED.map((field) => [
        `involvedObject.${field}`,
        (object: KubeObject) => textOf(object, 'involvedObject', field),
      ]),
    ),
    reason: (object) => textOf(object, 'reason'),
    reportingComponent: (object) => textOf(object, 'reportingComponent'),
    source: (object) => textOf(object, 'source', 'component') || textOf(object, 'reportingComponent'),
    type: (object) => textOf(object, 'type'),
  },
  unknownFieldLabel: (label) => `field label not supported: ${label}`,
  // Kubernetes keeps no watch cache of events.
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
function validateEvent(object: KubeObject, reporterField: string, errors: FieldErrors): void {
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

/** What is created in the new form has nothing of the old one (Kubernetes: ValidateEventCreate). */
function validateNewEvent(object: KubeObject, errors: FieldErrors): void {
  const event = object as unknown as Event
  validateMetadata(object.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
  if (event.series) {
    if ((event.series.count ?? 0) < 2) errors.invalid('series.count', '', 'should be at least 2')
    if (!event.series.lastObservedTime) errors.required('series.lastObservedTime')
  }
  if (!event.eventTime) errors.required('eventTime')
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.invalid('type', '', `has invalid value: ${event.type ?? ''}`)
  }
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count'] as const) {
    if (event[field]) errors.invalid(field, '', 'needs to be unset')
  }
  if (event.source?.component || event.source?.host) errors.invalid('source', '', 'needs to be unset')
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

/** Pairs of names: what a field is called in `v1` and in `events.k8s.io/v1`. */
const RENAMED: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]

/** The same events in the form of `events.k8s.io/v1`. */
export const eventsV1: ResourceDefinition = {
  ...events,
  group: 'events.k8s.io',
  typeName: 'events.Event',
  validationGroup: '',
  validate(object, errors) {
    validateEvent(object, 'reportingController', errors)
    validateNewEvent(object, errors)
  },
  validateUpdate: (next, _current, errors) => validateEvent(next, 'reportingController', errors),
  toStored: (object) => renamed(object, (pair) => [pair[1], pair[0]]),
  fromStored: (object) => renamed(object, (pair) => [pair[0], pair[1]]),
}

function renamed(
  object: KubeObject,
  direction: (pair: readonly [string, string]) => readonly [string, string],
): KubeObject {
  const names = new Map(RENAMED.map(direction))
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [names.get(key) ?? key, value])) as KubeObject
}
