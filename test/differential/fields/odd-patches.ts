import type { PatchType } from '../../support/raw-api.ts'
import type { Json, Resource } from '../operation.ts'

const ofAll: Readonly<Record<Exclude<PatchType, 'apply'>, readonly Json[]>> = {
  json: [
    [],
    {},
    null,
    'x',
    [
      { op: 'add', path: '/metadata/labels', value: {} },
      { op: 'add', path: '/metadata/labels/app', value: 'a' },
    ],
    [{ op: 'add', path: '/metadata/labels/app', value: 'b' }],
    [{ op: 'add', path: '/metadata/finalizers/-', value: 'davit.test/other' }],
    [{ op: 'remove', path: '/metadata/finalizers/0' }],
    [{ op: 'remove', path: '/metadata/finalizers' }],
    [{ op: 'remove', path: '/metadata/nothing' }],
    [{ op: 'replace', path: '/metadata/nothing', value: 1 }],
    [{ op: 'replace', path: '/no/such/place', value: 1 }],
    [
      { op: 'test', path: '/metadata/uid', value: { $ref: 'uid' } },
      { op: 'add', path: '/metadata/annotations', value: { tested: 'yes' } },
    ],
    [{ op: 'test', path: '/metadata/resourceVersion', value: { $ref: 'version', back: 1 } }],
    [{ op: 'test', path: '/metadata/labels', value: null }],
    [{ op: 'copy', from: '/metadata/name', path: '/metadata/generateName' }],
    [{ op: 'move', from: '/metadata/labels', path: '/metadata/annotations' }],
    [{ op: 'move', from: '/metadata/nothing', path: '/metadata/annotations' }],
    [{ op: 'twist', path: '/metadata' }],
    [{ op: 'add' }],
    [{ op: 'add', path: 'metadata', value: {} }],
    [{ op: 'add', path: '', value: {} }],
    [{ op: 'remove', path: '' }],
    [{ op: 'add', path: '/metadata/finalizers/7', value: 'x' }],
  ],
  merge: [
    {},
    null,
    [],
    'x',
    { metadata: null },
    { metadata: { labels: null, annotations: null } },
    { metadata: { labels: { app: null, tier: 'front' } } },
    { metadata: { uid: { $ref: 'uid' }, labels: { app: 'b' } } },
    { apiVersion: null },
    { kind: 'Other' },
  ],
  strategic: [
    {},
    null,
    [],
    'x',
    { metadata: null },
    { metadata: { labels: null } },
    { metadata: { labels: { $patch: 'replace', app: 'c' } } },
    { metadata: { labels: { $patch: 'delete' } } },
    { metadata: { labels: { $patch: 'twist' } } },
    { metadata: { finalizers: ['davit.test/other'] } },
    { metadata: { '$deleteFromPrimitiveList/finalizers': ['davit.test/hold'] } },
    {
      metadata: {
        '$setElementOrder/finalizers': ['davit.test/other', 'davit.test/hold'],
        finalizers: ['davit.test/hold', 'davit.test/other'],
      },
    },
    { metadata: { '$setElementOrder/finalizers': ['davit.test/other'], finalizers: ['davit.test/hold'] } },
    { metadata: { $retainKeys: ['name', 'labels'], labels: { app: 'a' } } },
    { $patch: 'replace' },
    { $patch: 'delete' },
    { $patch: 'merge', metadata: { labels: { app: 'b' } } },
    { metadata: { ownerReferences: [{ uid: '11111111-1111-1111-1111-111111111111', $patch: 'delete' }] } },
  ],
}

const ofPods: typeof ofAll = {
  json: [
    [{ op: 'remove', path: '/spec/schedulingGates' }],
    [{ op: 'remove', path: '/spec/schedulingGates/0' }],
    [{ op: 'replace', path: '/spec/containers/0/image', value: 'busybox:2' }],
    [
      { op: 'test', path: '/spec/containers/0/name', value: 'base' },
      { op: 'replace', path: '/spec/containers/0/image', value: 'busybox:3' },
    ],
    [{ op: 'add', path: '/spec/containers/-', value: { name: 'more', image: 'busybox' } }],
    [{ op: 'remove', path: '/spec/containers/5' }],
    [{ op: 'add', path: '/spec/tolerations/-', value: { key: 'late', operator: 'Exists' } }],
    [{ op: 'test', path: '/status/phase', value: 'Pending' }],
  ],
  merge: [
    { spec: { schedulingGates: null } },
    { spec: { tolerations: null } },
    { spec: { containers: [{ name: 'base', image: 'busybox:4' }] } },
    { spec: null },
    { status: { phase: 'Running' } },
  ],
  strategic: [
    { spec: { containers: [{ name: 'base', image: 'busybox:5' }] } },
    { spec: { containers: [{ name: 'side', image: 'busybox' }] } },
    { spec: { containers: [{ image: 'busybox' }] } },
    { spec: { containers: [{ name: 'base', $patch: 'delete' }] } },
    { spec: { containers: [{ $patch: 'replace' }, { name: 'base', image: 'busybox:6' }] } },
    { spec: { containers: ['base'] } },
    { spec: { containers: { name: 'base' } } },
    { spec: { '$setElementOrder/containers': [{ name: 'base' }], containers: [{ name: 'base', image: 'busybox:7' }] } },
    { spec: { '$setElementOrder/containers': [{ name: 'side' }, { name: 'base' }] } },
    { spec: { schedulingGates: [{ name: 'davit.test/gate', $patch: 'delete' }] } },
    { spec: { schedulingGates: null } },
    { spec: { tolerations: [{ key: 'late', operator: 'Exists' }] } },
    { spec: { volumes: [{ name: 'data', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }] } },
    { spec: { nodeSelector: { disk: 'ssd' } } },
    { spec: 'x' },
    { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
    { status: { conditions: [{ type: 'Ready', $patch: 'delete' }] } },
    { status: { conditions: [{ status: 'False' }] } },
    { status: { podIPs: [{ ip: '10.0.0.3' }] } },
    { status: { $patch: 'replace', phase: 'Failed' } },
  ],
}

const ofMaps: typeof ofAll = {
  json: [
    [{ op: 'add', path: '/data', value: {} }],
    [{ op: 'add', path: '/data/new', value: 'x' }],
    [{ op: 'remove', path: '/data/a' }],
    [{ op: 'move', from: '/data/a', path: '/data/moved' }],
    [{ op: 'copy', from: '/data/a', path: '/data/copied' }],
    [{ op: 'replace', path: '/data/a~1b', value: 'x' }],
  ],
  merge: [{ data: { a: null } }, { data: null }, { data: { a: { deep: 'x' } } }, { immutable: null }],
  strategic: [
    { data: { $patch: 'replace', only: 'eA==' } },
    { data: { $patch: 'delete' } },
    { data: { a: null } },
    { $retainKeys: ['metadata'] },
  ],
}

/** Patches that no edit becomes: directives, tests, moves, and what is none. */
export function oddPatches(resource: Resource, type: Exclude<PatchType, 'apply'>): readonly Json[] {
  if (resource === 'pods') return [...ofAll[type], ...ofPods[type], ...ofPods[type]]
  if (resource === 'configmaps' || resource === 'secrets') return [...ofAll[type], ...ofMaps[type]]
  return ofAll[type]
}
