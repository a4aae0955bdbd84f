import * as fc from 'fast-check'
import { NAMESPACE } from '../fuzz-namespace.ts'
import { type Conversation, utf8 } from '../wire-request.ts'
import { broken, placesIn, replacedIn, wrongValue } from './mutations.ts'

const targets = fc.constantFrom(
  ...[
    'pods/p',
    'pods/p',
    'pods/many',
    'pods/p/status',
    'configmaps/c',
    'secrets/s',
    'serviceaccounts/a',
    'events/e',
    'pods/missing',
  ].map((path) => `/api/v1/namespaces/${NAMESPACE}/${path}`),
  `/api/v1/namespaces/${NAMESPACE}`,
)

const options = fc.constantFrom('', '', '&fieldValidation=Strict', '&fieldValidation=Ignore', '&fieldValidation=Warn')

function patch(type: string, target: string, body: string, more: string): Conversation {
  return {
    requests: [
      {
        method: 'PATCH',
        target: `${target}?dryRun=All${more}`,
        headers: [['Content-Type', `application/${type}+json`]],
        body,
      },
    ],
  }
}

const pointer = fc.constantFrom(
  ...[
    '/metadata/labels/app',
    '/metadata/labels',
    '/metadata',
    '/metadata/name',
    '/metadata/namespace',
    '/metadata/labels/a~1b',
    '/metadata/labels/a~0b',
    '/metadata/labels/~2',
    '/metadata/missing/x',
  ],
  ...[
    '/spec/containers/0/image',
    '/spec/containers/0',
    '/spec/containers/-',
    '/spec/containers/1',
    '/spec/containers/-1',
    '/spec/containers/01',
    '/spec/containers/x',
    '/spec/containers/99999999999',
    '/spec/nodeName',
  ],
  ...[
    '/data/key',
    '/data',
    '/data/new',
    '/kind',
    '/apiVersion',
    '/status/phase',
    '',
    '/',
    'metadata',
    '//',
    '/metadata/',
    '/metadata/annotations/x',
    '/metadata/finalizers/-',
  ],
)
const value = fc.constantFrom<unknown>(
  'x',
  1,
  true,
  null,
  {},
  [],
  ['x'],
  { a: 'b' },
  { name: 'new', image: 'i:1' },
  'a b',
  -1,
  1.5,
)
const operation = fc.oneof(
  fc.record(
    {
      op: fc.constantFrom<unknown>('add', 'remove', 'replace', 'move', 'copy', 'test', 'Add', 'foo', '', 1, null),
      path: fc.oneof(pointer, pointer, fc.constantFrom<unknown>(1, null, {})),
      from: fc.oneof(pointer, fc.constantFrom<unknown>(1, null)),
      value,
      extra: value,
    },
    { requiredKeys: [] },
  ),
  fc.constantFrom<unknown>(1, 'x', null, [], {}),
)
const jsonPatch = fc
  .tuple(
    targets,
    fc
      .array(operation, { maxLength: 3 })
      .chain((operations) =>
        fc.oneof(
          { weight: 8, arbitrary: fc.constant(JSON.stringify(operations)) },
          { weight: 1, arbitrary: broken(JSON.stringify(operations)) },
          { weight: 1, arbitrary: fc.constantFrom('{}', 'null', '1', '"x"', '', '[') },
        ),
      ),
    options,
  )
  .map(([target, body, more]) => patch('json-patch', target, body, more))

const merge = {
  metadata: { labels: { app: 'x', tier: null }, annotations: { note: 'n' } },
  spec: { activeDeadlineSeconds: 5, containers: [{ name: 'base', image: 'busybox:2' }] },
  data: { key: 'dmFsdWU=' },
}
const wrongMerge = fc.oneof(
  fc.tuple(fc.constantFrom(...placesIn(merge)), wrongValue).map(([place, text]) => replacedIn(merge, place, text)),
  broken(utf8(JSON.stringify(merge))),
  fc.constantFrom(
    ...[
      '{}',
      'null',
      '[]',
      '1',
      '"x"',
      '',
      '{"metadata":null}',
      '{"spec":null}',
      '{"kind":"Foo"}',
      '{"apiVersion":"v2"}',
      '{"kind":null}',
      '{"metadata":{"name":"other"}}',
      '{"metadata":{"name":null}}',
    ],
    ...[
      '{"metadata":{"namespace":"other"}}',
      '{"metadata":{"uid":"x"}}',
      '{"metadata":{"resourceVersion":"1"}}',
      '{"metadata":{"resourceVersion":"abc"}}',
      '{"metadata":{"labels":null}}',
      '{"status":{"phase":"Foo"}}',
    ],
    ...[
      '{"metadata":{"labels":{"a":"1","a":"2"}}}',
      '{"unknown":1}',
      '{"spec":{"unknown":1}}',
      '{"spec":{"containers":null}}',
      '{"spec":{"containers":[]}}',
      '{"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"}}',
    ],
    ...[
      '{"metadata":{"finalizers":["a"]}}',
      '{"metadata":{"finalizers":["davit.test/a"]}}',
      '{"metadata":{"ownerReferences":[{}]}}',
      '{"metadata":{"creationTimestamp":null}}',
      '{"metadata":{"generation":5}}',
      '{"metadata":{"managedFields":[{}]}}',
    ],
  ),
)
const mergePatch = fc
  .tuple(targets, wrongMerge, options)
  .map(([target, body, more]) => patch('merge-patch', target, body, more))

const directives = fc.constantFrom(
  ...[
    '{"$patch":"replace"}',
    '{"$patch":"delete"}',
    '{"$patch":"merge"}',
    '{"$patch":"foo"}',
    '{"$patch":1}',
    '{"$patch":null}',
    '{"spec":{"$patch":"replace"}}',
    '{"spec":{"$patch":"foo"}}',
    '{"metadata":{"$patch":"delete"}}',
  ],
  ...[
    '{"spec":{"containers":[{"name":"base","$patch":"delete"}]}}',
    '{"spec":{"containers":[{"name":"base","$patch":"foo"}]}}',
    '{"spec":{"containers":[{"$patch":"replace"}]}}',
    '{"spec":{"containers":[{"$patch":"delete"}]}}',
    '{"spec":{"containers":[{"$patch":"delete","name":"missing"}]}}',
  ],
  ...[
    '{"spec":{"containers":[{"image":"x"}]}}',
    '{"spec":{"containers":["x"]}}',
    '{"spec":{"containers":[null]}}',
    '{"spec":{"containers":[1]}}',
    '{"spec":{"containers":[[]]}}',
    '{"spec":{"containers":{}}}',
    '{"spec":{"containers":"x"}}',
    '{"spec":{"containers":[{"name":1}]}}',
    '{"spec":{"containers":[{"name":null}]}}',
  ],
  ...[
    '{"spec":{"$setElementOrder/containers":[{"name":"base"}]}}',
    '{"spec":{"$setElementOrder/containers":[{"name":"x"}],"containers":[{"name":"base","image":"i:2"}]}}',
    '{"spec":{"$setElementOrder/containers":"x"}}',
    '{"spec":{"$setElementOrder/containers":["x"]}}',
    '{"spec":{"$setElementOrder/containers":[{}]}}',
    '{"spec":{"$setElementOrder/foo":[]}}',
  ],
  ...[
    '{"spec":{"$retainKeys":["containers"]}}',
    '{"spec":{"$retainKeys":"x"}}',
    '{"spec":{"$retainKeys":[1]}}',
    '{"spec":{"volumes":[{"name":"v","$retainKeys":["name"],"emptyDir":{}}]}}',
    '{"spec":{"volumes":[{"name":"v","$retainKeys":["name","emptyDir"],"emptyDir":{}}]}}',
  ],
  ...[
    '{"metadata":{"$deleteFromPrimitiveList/finalizers":["x"]}}',
    '{"metadata":{"$deleteFromPrimitiveList/finalizers":"x"}}',
    '{"metadata":{"finalizers":["a/b"],"$deleteFromPrimitiveList/finalizers":["a/b"]}}',
    '{"metadata":{"$setElementOrder/finalizers":["x"]}}',
    '{"metadata":{"$deleteFromPrimitiveList/labels":["x"]}}',
  ],
  ...[
    '{"metadata":{"ownerReferences":[{"uid":"x"}]}}',
    '{"metadata":{"ownerReferences":[{"name":"x"}]}}',
    '{"metadata":{"labels":"x"}}',
    '{"metadata":{"labels":{"a":null}}}',
    '{"metadata":{"labels":{"a":{"$patch":"x"}}}}',
    '{"$foo":1}',
    '{"spec":{"$foo":1}}',
    '{"spec":{"tolerations":[{"key":"x"}]}}',
  ],
)
const strategicPatch = fc
  .tuple(targets, fc.oneof(directives, directives, wrongMerge), options)
  .map(([target, body, more]) => patch('strategic-merge-patch', target, body, more))

/** Patches of each type that cannot be read, cannot be applied, or lead to what is no object. */
export const patches: fc.Arbitrary<Conversation> = fc.oneof(jsonPatch, mergePatch, strategicPatch)
