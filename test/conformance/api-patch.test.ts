import type { Container } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod, type StoredPod } from '../support/pods-by-api.ts'
import type { PatchType } from '../support/raw-api.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const otherUid = '11111111-1111-1111-1111-111111111111'

/** The pod `p` with the labels a=1 and b=2, and an annotation with a slash in its name. */
const patched = () => unboundPod('p', { labels: { a: '1', b: '2' }, annotations: { 'davit.test/x': '1' } })

conformance('patch', {}, (it) => {
  it.for<readonly [type: PatchType, patch: unknown, labels: object, annotations?: object]>([
    ['json', [{ op: 'add', path: '/metadata/labels/c', value: '3' }], { a: '1', b: '2', c: '3' }],
    ['json', [{ op: 'replace', path: '/metadata/labels/a', value: '9' }], { a: '9', b: '2' }],
    ['json', [{ op: 'remove', path: '/metadata/labels/a' }], { b: '2' }],
    ['json', [{ op: 'add', path: '/metadata/labels', value: { z: '0' } }], { z: '0' }],
    ['json', [{ op: 'copy', from: '/metadata/labels/a', path: '/metadata/labels/c' }], { a: '1', b: '2', c: '1' }],
    ['json', [{ op: 'move', from: '/metadata/labels/a', path: '/metadata/labels/c' }], { b: '2', c: '1' }],
    [
      'json',
      [
        { op: 'test', path: '/metadata/annotations/davit.test~1x', value: '1' },
        { op: 'replace', path: '/metadata/annotations/davit.test~1x', value: '2' },
      ],
      { a: '1', b: '2' },
      { 'davit.test/x': '2' },
    ],
    ['merge', { metadata: { labels: { a: null, c: '3' } } }, { b: '2', c: '3' }],
    ['merge', { metadata: { labels: null } }, {}],
    ['strategic', { metadata: { labels: { a: null, c: '3' } } }, { b: '2', c: '3' }],
    ['strategic', { metadata: { labels: { $patch: 'replace', z: '0' } } }, { z: '0' }],
    ['strategic', { metadata: { labels: { $patch: 'delete' } } }, {}],
  ])('%s %j', async ([type, patch, labels, annotations], { api, namespace }) => {
    const before = await createPod(api, namespace, patched())
    const { status, body } = await api.patch<StoredPod>(podsPath(namespace, 'p'), type, patch)
    expect(status).toBe(200)
    expect(body.metadata.labels ?? {}).toEqual(labels)
    expect(body.metadata.annotations).toEqual(annotations ?? before.metadata.annotations)
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion))
    expect(await readPod(api, namespace, 'p')).toEqual(body)
  })

  it('merges containers by name in a strategic patch', async ({ api, namespace }) => {
    const containers = [
      { name: 'base', image: 'a:1', env: [{ name: 'X', value: '1' }] },
      { name: 'side', image: 'b:1' },
    ]
    await createPod(api, namespace, unboundPod('p', { spec: { containers } }))
    const patch = { spec: { containers: [{ name: 'side', image: 'b:2' }] } }
    const { body } = await api.patch<StoredPod>(podsPath(namespace, 'p'), 'strategic', patch)
    expect(body.metadata.generation).toBe(2)
    expect(body.spec?.containers).toMatchObject([
      { name: 'base', image: 'a:1', env: [{ name: 'X', value: '1' }] },
      { name: 'side', image: 'b:2' },
    ])
  })

  it('replaces lists in a merge patch', async ({ api, namespace }) => {
    const finalizers = ['davit.test/a', 'davit.test/b']
    await createPod(api, namespace, unboundPod('p', { finalizers }))
    const patch = async (type: PatchType, names: readonly string[] | null) =>
      (await api.patch<StoredPod>(podsPath(namespace, 'p'), type, { metadata: { finalizers: names } })).body.metadata
    expect((await patch('merge', ['davit.test/c'])).finalizers).toEqual(['davit.test/c'])
    expect((await patch('strategic', ['davit.test/a'])).finalizers?.toSorted()).toEqual([
      'davit.test/a',
      'davit.test/c',
    ])
    expect((await patch('merge', null)).finalizers).toBeUndefined()
  })

  it('removes one item of a list of names in a strategic patch', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit.test/a', 'davit.test/b'] }))
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['davit.test/a'] } }
    const { body } = await api.patch<StoredPod>(podsPath(namespace, 'p'), 'strategic', patch)
    expect(body.metadata.finalizers).toEqual(['davit.test/b'])
  })

  it('merges conditions by type in a strategic patch of the status', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const patch = (type: string, status: string) =>
      api.patch<StoredPod>(podsPath(namespace, 'p', 'status'), 'strategic', {
        status: { conditions: [{ type, status }] },
      })
    await patch('Mine', 'True')
    await patch('Yours', 'True')
    const { body } = await patch('Mine', 'False')
    const conditions = body.status.conditions?.map(({ type, status }) => [type, status])
    expect(conditions?.toSorted()).toEqual([
      ['Mine', 'False'],
      ['Yours', 'True'],
    ])
  })

  it('opens scheduling gates, and closes none', async ({ api, namespace }) => {
    const spec = { schedulingGates: [{ name: 'davit.test/a' }, { name: 'davit.test/b' }] }
    await createPod(api, namespace, unboundPod('p', { spec }))
    const opened = await api.patch<StoredPod>(podsPath(namespace, 'p'), 'json', [
      { op: 'remove', path: '/spec/schedulingGates/0' },
    ])
    expect(opened.body.spec).toMatchObject({ schedulingGates: [{ name: 'davit.test/b' }] })
    const closed = await api.patch(podsPath(namespace, 'p'), 'json', [
      { op: 'add', path: '/spec/schedulingGates/-', value: { name: 'davit.test/c' } },
    ])
    expect(closed.body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec.schedulingGates[1].name' }] } })
  })

  it('keeps the version when nothing changes', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, patched())
    const { status, body } = await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { labels: { a: '1' } } })
    expect({ status, body }).toEqual({ status: 200, body: before })
  })

  it('answers a dry run, and stores nothing', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, patched())
    const path = withQuery(podsPath(namespace, 'p'), { dryRun: 'All' })
    const { body } = await api.patch<StoredPod>(path, 'merge', { metadata: { labels: { a: '9' } } })
    expect(body.metadata.labels).toEqual({ a: '9', b: '2' })
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it.for<readonly [title: string, operations: readonly object[], result: object]>([
    [
      'a test that holds',
      [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'replace', path: '/data/a', value: '2' },
      ],
      { data: { a: '2' } },
    ],
    ['a move', [{ op: 'move', from: '/data/a', path: '/data/b' }], { data: { b: '1' } }],
    ['a copy', [{ op: 'copy', from: '/data/a', path: '/data/b' }], { data: { a: '1', b: '1' } }],
    ['no operation', [], { data: { a: '1' } }],
    [
      'escapes',
      [{ op: 'add', path: '/metadata/labels/a.b~1c', value: 'd' }],
      { metadata: { labels: { 'a.b/c': 'd' } } },
    ],
  ])('takes a JSON patch with %s', async ([, operations, result], { api, namespace }) => {
    const maps = inNamespace(namespace, 'configmaps')
    await api.post(maps, { metadata: { name: 'c', labels: { l: '1' } }, data: { a: '1' } })
    expect((await api.patch(`${maps}/c`, 'json', operations)).body).toMatchObject(result)
  })

  it.for<readonly [title: string, patch: object, finalizers: readonly string[]]>([
    ['a new one', { finalizers: ['e/f'] }, ['e/f', 'a/b', 'c/d']],
    ['a new one behind an old one', { finalizers: ['c/d', 'e/f'] }, ['a/b', 'c/d', 'e/f']],
    [
      'a new one for an old one',
      { '$deleteFromPrimitiveList/finalizers': ['a/b'], finalizers: ['e/f'] },
      ['e/f', 'c/d'],
    ],
    ['an order', { '$setElementOrder/finalizers': ['c/d', 'a/b'] }, ['c/d', 'a/b']],
  ])('places items of a strategic patch in their lists: %s', async ([, metadata, finalizers], { api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { finalizers: ['a/b', 'c/d'] }))
    const { body } = await api.patch<StoredPod>(podsPath(namespace, 'p'), 'strategic', { metadata })
    expect(body.metadata.finalizers).toEqual(finalizers)
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
  })

  it('takes directives in a strategic patch of a map', async ({ api, namespace }) => {
    const maps = inNamespace(namespace, 'configmaps')
    await api.post(maps, { metadata: { name: 'c' }, data: { a: '1' } })
    const replaced = await api.patch(`${maps}/c`, 'strategic', { data: { $patch: 'replace', only: '1' } })
    expect(replaced.body).toMatchObject({ data: { only: '1' } })
    expect((replaced.body as { data: object }).data).not.toHaveProperty('a')
    const deleted = await api.patch<object>(`${maps}/c`, 'strategic', { data: { $patch: 'delete' } })
    expect(deleted.body).not.toHaveProperty('data')
    expect((await api.patch(`${maps}/c`, 'strategic', 'null')).body).toEqual(deleted.body)
  })

  it('patches the version that is named', async ({ api, namespace }) => {
    const { metadata } = await createPod(api, namespace, patched())
    const named = { metadata: { resourceVersion: metadata.resourceVersion, labels: { a: '9' } } }
    expect((await api.patch(podsPath(namespace, 'p'), 'merge', named)).status).toBe(200)
    expect((await api.patch(podsPath(namespace, 'p'), 'merge', named)).body).toMatchObject({ code: 409 })
  })

  it('leaves what only the server sets', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, patched())
    const { status, body } = await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { generation: 7 } })
    expect([status, body]).toEqual([200, before])
  })

  it('applies concurrent patches one after the other', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const names = Array.from({ length: 10 }, (_, index) => `label-${index}`)
    const answers = await Promise.all(
      names.map((name) => api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { labels: { [name]: 'x' } } })),
    )
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200))
    expect(Object.keys((await readPod(api, namespace, 'p'))?.metadata.labels ?? {}).toSorted()).toEqual(names)
  })

  const rejected = refusal(422, 'Invalid', 'the server rejected our request due to an error in our request', {})
  const setTo = (containers: readonly Partial<Container>[]) => ({ spec: { containers } })

  it.for<readonly [title: string, type: PatchType, patch: unknown, body: object]>([
    ['a test that fails', 'json', [{ op: 'test', path: '/metadata/labels/a', value: '2' }], rejected],
    ['a missing path', 'json', [{ op: 'remove', path: '/metadata/labels/z' }], rejected],
    ['a missing parent', 'json', [{ op: 'add', path: '/metadata/nope/a', value: '1' }], rejected],
    ['an unknown operation', 'json', [{ op: 'double', path: '/metadata/labels/a' }], rejected],
    [
      'no array',
      'json',
      { op: 'add' },
      badRequest('error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'),
    ],
    ['half a JSON', 'merge', '{"metadata":', badRequest('error decoding patch: unexpected end of JSON input')],
    [
      'an array',
      'merge',
      [],
      badRequest('error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'),
    ],
    [
      'an item without its key',
      'strategic',
      setTo([{ image: 'x' }]),
      refusal(500, null, 'map: map[image:x] does not contain declared merge key: name'),
    ],
    [
      'an unknown directive',
      'strategic',
      { spec: { containers: [{ name: 'base', $patch: 'foo' }] } },
      refusal(500, null, 'unknown patch type: foo in map: map[$patch:foo name:base]'),
    ],
    [
      'another order than its own',
      'strategic',
      { metadata: { '$setElementOrder/finalizers': ['a/b'], finalizers: ['c/d'] } },
      refusal(500, null, "The order in patch list:\n[c/d]\n doesn't match $setElementOrder list:\n[a/b]\n"),
    ],
    [
      'another name',
      'merge',
      { metadata: { name: 'other' } },
      badRequest('the name of the object (other) does not match the name on the URL (p)'),
    ],
    [
      'an old version',
      'merge',
      { metadata: { resourceVersion: '1', labels: { a: '9' } } },
      refusal(
        409,
        'Conflict',
        'Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the latest version and try again',
        { name: 'p', kind: 'pods' },
      ),
    ],
    [
      'another namespace',
      'merge',
      { metadata: { namespace: 'elsewhere' } },
      badRequest('the namespace of the provided object does not match the namespace sent on the request'),
    ],
    [
      'no metadata',
      'merge',
      { metadata: null },
      badRequest('the name of the object (p based on URL) was undeterminable: name must be provided'),
    ],
    [
      'nothing of the object',
      'json',
      [{ op: 'replace', path: '', value: {} }],
      badRequest('the name of the object (p based on URL) was undeterminable: name must be provided'),
    ],
    [
      'another kind',
      'merge',
      { kind: 'Secret' },
      expect.objectContaining({
        code: 422,
        message: expect.stringMatching(/: converting \(v1\.Secret\) to \(core\.Pod\): unknown conversion$/),
      }),
    ],
    [
      'an unknown version',
      'merge',
      { apiVersion: 'v2' },
      expect.objectContaining({
        code: 422,
        message: expect.stringMatching(
          /: no kind "Pod" is registered for version "v2" in scheme "pkg\/runtime\/scheme.go:111"$/,
        ),
      }),
    ],
    ['null', 'merge', 'null', badRequest('Invalid JSON Patch')],
    ['nothing', 'merge', '', badRequest('error decoding patch: unexpected end of JSON input')],
    [
      'a text',
      'merge',
      '"x"',
      badRequest('error decoding patch: json: cannot unmarshal string into Go value of type map[string]interface {}'),
    ],
    [
      'too many operations',
      'json',
      Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/kind', value: 'Pod' })),
      refusal(
        413,
        'RequestEntityTooLarge',
        'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001',
      ),
    ],
    ['another uid', 'merge', { metadata: { uid: otherUid } }, immutableUid()],
    ['another uid', 'strategic', { metadata: { uid: otherUid } }, immutableUid()],
  ])('refuses %s (%s)', async ([, type, patch, refused], { api, namespace }) => {
    const before = await createPod(api, namespace, patched())
    const { body } = await api.patch(podsPath(namespace, 'p'), type, patch)
    expect(body).toEqual(refused)
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('refuses what is not there, and a patch without a type', async ({ api, namespace }) => {
    const patch = { metadata: { labels: { a: '1' } } }
    expect((await api.patch(podsPath(namespace, 'nope'), 'merge', patch)).body).toEqual(notFound('pods', 'nope'))
    expect((await api.request('PATCH', podsPath(namespace, 'nope'), { body: patch })).body).toEqual(
      refusal(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {}),
    )
  })

  it('refuses the option force', async ({ api, namespace }) => {
    await createPod(api, namespace, patched())
    const { body } = await api.patch(withQuery(podsPath(namespace, 'p'), { force: true }), 'merge', {})
    expect(body).toEqual(
      invalid({ kind: 'PatchOptions', group: 'meta.k8s.io' }, [
        'Forbidden',
        'force',
        'Forbidden: may not be specified for non-apply patch',
      ]),
    )
  })
})

/** The server finds it twice. */
function immutableUid(): object {
  const cause: Cause = ['Invalid', 'metadata.uid', `Invalid value: "${otherUid}": field is immutable`]
  return invalid({ kind: 'Pod', name: 'p' }, cause, cause)
}
