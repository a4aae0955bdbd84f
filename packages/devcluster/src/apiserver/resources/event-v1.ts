import type { KubeObject } from '../../storage/kube-object.ts'
import type { Event } from '../../types.ts'
import { goJson } from '../go-text.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { events, fieldsOfReference, validateEvent } from './event.ts'
import { type ResourceDefinition, textOf } from './resource-definition.ts'

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
  fieldLabels: {
    ...fieldsOfReference('regarding'),
    reason: (object) => textOf(object, 'reason'),
    reportingController: (object) => textOf(object, 'reportingComponent'),
    type: (object) => textOf(object, 'type'),
  },
  validate(object, errors) {
    validateEvent(object, 'reportingController', errors)
    validateNewEvent(object, errors)
  },
  validateUpdate(next, current, errors) {
    validateEvent(next, 'reportingController', errors)
    validateNewEventUpdate(next, current, errors)
  },
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

/** What is created in the new form has nothing of the old one (Kubernetes: ValidateEventCreate). */
function validateNewEvent(object: KubeObject, errors: FieldErrors): void {
  const event = object as unknown as Event
  validateMetadata(object.metadata, { namespaced: true, checkName: checkDnsSubdomain }, errors)
  validateSeries(event, errors)
  if (!event.eventTime) errors.required('eventTime')
  if (event.type !== 'Normal' && event.type !== 'Warning') {
    errors.invalid('type', '', `has invalid value: ${event.type ?? ''}`)
  }
  for (const field of ['firstTimestamp', 'lastTimestamp', 'count'] as const) {
    if (event[field]) errors.invalid(field, '', 'needs to be unset')
  }
  if (event.source?.component || event.source?.host) errors.invalid('source', '', 'needs to be unset')
}

function validateSeries({ series }: Event, errors: FieldErrors): void {
  if (!series) return
  if ((series.count ?? 0) < 2) errors.invalid('series.count', '', 'should be at least 2')
  if (!series.lastObservedTime) errors.required('series.lastObservedTime')
}

/** What is updated in the new form may change its series and its metadata alone (Kubernetes: ValidateEventUpdate). */
function validateNewEventUpdate(next: KubeObject, current: KubeObject, errors: FieldErrors): void {
  const [event, before] = [next as unknown as Event, current as unknown as Event]
  validateMetadataUpdate(next.metadata, current.metadata, errors)
  if (JSON.stringify(event.series) !== JSON.stringify(before.series)) validateSeries(event, errors)
  for (const [field, shown] of IMMUTABLE) {
    const value = shown(event)
    if (goJson(value) !== goJson(shown(before))) errors.invalid(field, value, 'field is immutable')
  }
}

/** In Kubernetes' order, and as it shows them: the fields of the old form, those within them by their names in Go. */
const IMMUTABLE: readonly (readonly [string, (event: Event) => unknown])[] = [
  ['involvedObject', (event) => reference(event.involvedObject)],
  ['reason', (event) => event.reason ?? ''],
  ['message', (event) => event.message ?? ''],
  ['source', ({ source }) => ({ Component: source?.component ?? '', Host: source?.host ?? '' })],
  ['firstTimestamp', (event) => event.firstTimestamp ?? null],
  ['lastTimestamp', (event) => event.lastTimestamp ?? null],
  ['count', (event) => event.count ?? 0],
  ['reason', (event) => event.reason ?? ''],
  ['type', (event) => event.type ?? ''],
  ['eventTime', (event) => event.eventTime ?? null],
  ['action', (event) => event.action ?? ''],
  ['related', (event) => event.related && reference(event.related)],
  ['reportingController', (event) => event.reportingComponent ?? ''],
  ['reportingInstance', (event) => event.reportingInstance ?? ''],
]

function reference(to: NonNullable<Event['related']>): Record<string, string> {
  return {
    Kind: to.kind ?? '',
    Namespace: to.namespace ?? '',
    Name: to.name ?? '',
    UID: to.uid ?? '',
    APIVersion: to.apiVersion ?? '',
    ResourceVersion: to.resourceVersion ?? '',
    FieldPath: to.fieldPath ?? '',
  }
}
