import { describe, expect, it } from 'vitest'
import { applyStrategicMergePatch } from '../../../src/apiserver/patch/strategic-merge-patch.ts'
import { ApiTypes } from '../../../src/apiserver/schema/api-type.ts'

const types = new ApiTypes()
const apply = (target: Record<string, unknown>, patch: Record<string, unknown>) =>
  applyStrategicMergePatch(types, 'Pod', target, patch)
const withContainers = (...containers: unknown[]) => ({ spec: { containers } })

describe('applyStrategicMergePatch', () => {
  it.for<readonly [title: string, target: Record<string, unknown>, patch: Record<string, unknown>, result: unknown]>([
    [
      'merges containers by name',
      withContainers({ name: 'a', image: '1', args: ['x'] }, { name: 'b' }),
      withContainers({ name: 'a', image: '2' }),
      withContainers({ name: 'a', image: '2', args: ['x'] }, { name: 'b' }),
    ],
    [
      'adds a container, in front',
      withContainers({ name: 'a' }),
      withContainers({ name: 'c', image: '3' }),
      withContainers({ name: 'c', image: '3' }, { name: 'a' }),
    ],
    [
      'keeps the order of what the patch does not name, in front of what was behind it',
      withContainers({ name: 'a' }, { name: 'b' }, { name: 'c' }),
      withContainers({ name: 'new' }, { name: 'c' }),
      withContainers({ name: 'new' }, { name: 'a' }, { name: 'b' }, { name: 'c' }),
    ],
    [
      'adds a word, in front',
      { metadata: { finalizers: ['a/b'] } },
      { metadata: { finalizers: ['c/d'] } },
      { metadata: { finalizers: ['c/d', 'a/b'] } },
    ],
    [
      'replaces lists without a key',
      withContainers({ name: 'a', args: ['x', 'y'] }),
      withContainers({ name: 'a', args: ['z'] }),
      withContainers({ name: 'a', args: ['z'] }),
    ],
    [
      'deletes an item',
      withContainers({ name: 'a' }, { name: 'b' }),
      withContainers({ name: 'b', $patch: 'delete' }),
      withContainers({ name: 'a' }),
    ],
    [
      'replaces a list',
      withContainers({ name: 'a' }, { name: 'b' }),
      withContainers({ name: 'c' }, { $patch: 'replace' }),
      withContainers({ name: 'c' }),
    ],
    [
      'replaces a map',
      { metadata: { labels: { a: '1' } } },
      { metadata: { labels: { b: '2', $patch: 'replace' } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'removes by null',
      { metadata: { labels: { a: '1', b: '2' } } },
      { metadata: { labels: { a: null } } },
      { metadata: { labels: { b: '2' } } },
    ],
    [
      'adds to a list of words',
      { metadata: { finalizers: ['a/b'] } },
      { metadata: { finalizers: ['a/b', 'c/d'] } },
      { metadata: { finalizers: ['a/b', 'c/d'] } },
    ],
    [
      'takes from a list of words',
      { metadata: { finalizers: ['a/b', 'c/d'] } },
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['a/b'] } },
      { metadata: { finalizers: ['c/d'] } },
    ],
    [
      'orders a list',
      withContainers({ name: 'a' }, { name: 'b' }),
      {
        spec: {
          '$setElementOrder/containers': [{ name: 'c' }, { name: 'b' }, { name: 'a' }],
          containers: [{ name: 'c' }],
        },
      },
      withContainers({ name: 'c' }, { name: 'b' }, { name: 'a' }),
    ],
    [
      'keeps what $retainKeys names',
      { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
      { spec: { volumes: [{ name: 'v', $retainKeys: ['name', 'configMap'], configMap: { name: 'c' } }] } },
      { spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] } },
    ],
    [
      'takes what is new without nulls',
      {},
      { status: { conditions: [{ status: 'False', reason: null }] } },
      { status: { conditions: [{ status: 'False' }] } },
    ],
    [
      'drops a directive that has nothing to work on',
      { metadata: {} },
      { metadata: { labels: { $patch: 'replace', app: 'c' } } },
      { metadata: {} },
    ],
    [
      'takes a value of another type as it is',
      withContainers({ name: 'a' }),
      { spec: { containers: 'x' } },
      { spec: { containers: 'x' } },
    ],
    [
      'adds an item whose key is null in front',
      withContainers({ name: 'a' }),
      withContainers({ name: null }),
      withContainers({ name: null }, { name: 'a' }),
    ],
  ])('%s', ([, target, patch, result]) => {
    expect(apply(target, patch)).toEqual(result)
  })

  it.for<readonly [patch: Record<string, unknown>, message: string]>([
    [withContainers({ image: 'x' }), 'map: map[image:x] does not contain declared merge key: name'],
    [{ spec: { $patch: 'foo' } }, 'unknown patch type: foo in map: map[$patch:foo]'],
    [
      { spec: { '$setElementOrder/containers': [{ name: 'a' }], containers: [{ name: 'b' }] } },
      "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
    ],
    [{ spec: { containers: ['x'] } }, 'list element types are not identical: [[map[name:a]] [x]]'],
    [{ $patch: 'merge', metadata: {} }, 'unknown patch type: merge in map: map[$patch:merge metadata:map[]]'],
    [{ spec: { '$setElementOrder/containers': ['a'] } }, 'value for key 0 is not a map'],
    [{ spec: { '$setElementOrder/containers': [{}] } }, 'map: map[] does not contain declared merge key: name'],
    [{ spec: { '$setElementOrder/containers': 'a' } }, 'expected a []interface {}, but received a string'],
    [{ spec: { '$setElementOrder/foo': [] } }, 'unable to find api field in struct PodSpec for the json field "foo"'],
    [{ spec: { $retainKeys: 'a' } }, 'invalid patch format of retainKeys'],
    [withContainers({ $patch: 'merge', name: 'a' }), 'merging lists cannot yet be specified in the patch'],
  ])('refuses %j', ([patch, message]) => {
    expect(() => apply(withContainers({ name: 'a' }), patch)).toThrow(message)
  })
})
