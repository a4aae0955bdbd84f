import type { FieldTable } from './field-table.ts'

const PAST = '2001-02-03T04:05:06Z'
const PAST_MICRO = '2001-02-03T04:05:06.123456Z'

export const eventFields: FieldTable = {
  'involvedObject.namespace': [{ $ref: 'own' }, { $ref: 'other' }, 'default', '', null, undefined, 5],
  'involvedObject.kind': ['Pod', 'Node', 'Namespace', '', 'Nothing'],
  'involvedObject.name': ['a', 'b', ''],
  'involvedObject.apiVersion': ['v1', 'apps/v1', 'a/b/c'],
  'involvedObject.uid': ['11111111-1111-1111-1111-111111111111', 'x'],
  'involvedObject.resourceVersion': ['5', 'x'],
  'involvedObject.fieldPath': ['spec.containers{base}'],
  involvedObject: [null, {}, undefined, 'x'],
  reason: ['Started', '', 'r'.repeat(129), 'with spaces', 5],
  message: ['It has begun.', '', 'm'.repeat(1025), '<&>'],
  type: ['Normal', 'Warning', '', 'Strange', null],
  source: [{ component: 'kubelet', host: 'here' }, {}, null, { component: 5 }],
  firstTimestamp: [PAST, null, 'x'],
  lastTimestamp: [PAST, '2001-02-03T04:05:06+01:00', '2001-02-03T04:05:06.999Z', null],
  eventTime: [PAST_MICRO, PAST, '2001-02-03T04:05:06.1234567Z', null, undefined, 'x'],
  count: [1, 5, 0, -1, 1.5, 'x', 3_000_000_000],
  series: [
    { count: 2, lastObservedTime: PAST_MICRO },
    { count: 1, lastObservedTime: PAST_MICRO },
    { count: 2 },
    { lastObservedTime: PAST_MICRO },
    {},
    null,
  ],
  action: ['Binding', '', 'a'.repeat(129)],
  reportingComponent: ['davit.test/controller', 'not a name!', '', 'r'.repeat(254)],
  reportingInstance: ['controller-1', '', 'i'.repeat(129)],
  related: [{ kind: 'Node', name: 'n' }, null, {}],
}

/** Together they make an event of the new kind. */
export const newEvent: FieldTable = {
  eventTime: [PAST_MICRO],
  reportingComponent: ['davit.test/controller'],
  reportingInstance: ['controller-1'],
  action: ['Binding'],
  reason: ['Scheduled'],
  type: ['Normal'],
}
