import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod } from '../support/pods-by-api.ts'
import type { PatchType, RawAnswer, RawApi } from '../support/raw-api.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

interface ConfigMap {
  readonly metadata: { readonly name: string; readonly resourceVersion?: string }
  readonly data?: Readonly<Record<string, string>>
}

type Query = Readonly<Record<string, string>>

const path = (namespace: string, name?: string, query: Query = {}) =>
  withQuery(inNamespace(namespace, 'configmaps', ...(name === undefined ? [] : [name])), query)
const read = async (api: RawApi, namespace: string, name: string) =>
  (await api.get<ConfigMap>(path(namespace, name))).body

/** A map `c` to write to. */
async function createMap(api: RawApi, namespace: string): Promise<ConfigMap> {
  const created = await api.post<ConfigMap>(path(namespace), { metadata: { name: 'c' }, data: { a: '1' } })
  expect(created.status).toBe(201)
  return created.body
}

/** Every way to write with one thing too much in it, and what is said of it. */
const careless: readonly (readonly [
  title: string,
  problem: string,
  write: (api: RawApi, namespace: string, query: Query) => Promise<RawAnswer>,
])[] = [
  [
    'an update with an unknown field',
    'unknown field "foo"',
    (api, namespace, query) =>
      api.put(path(namespace, 'c', query), { metadata: { name: 'c' }, data: { b: '2' }, foo: 1 }),
  ],
  [
    'an update with a field twice',
    'duplicate field "data.b"',
    (api, namespace, query) =>
      api.put(path(namespace, 'c', query), '{"metadata":{"name":"c"},"data":{"b":"1","b":"2"}}'),
  ],
  ...(['merge', 'strategic'] as const).flatMap((type) => [
    [
      `a ${type} patch with an unknown field`,
      'unknown field "foo"',
      (api: RawApi, namespace: string, query: Query) =>
        api.patch(path(namespace, 'c', query), type, { data: { b: '2' }, foo: 1 }),
    ] as const,
    [
      `a ${type} patch with a field twice`,
      'duplicate field "data.b"',
      (api: RawApi, namespace: string, query: Query) =>
        api.patch(path(namespace, 'c', query), type, '{"data":{"b":"1","b":"2"}}'),
    ] as const,
  ]),
  [
    'a JSON patch that adds an unknown field',
    'unknown field "foo"',
    (api, namespace, query) =>
      api.patch(path(namespace, 'c', query), 'json', [
        { op: 'add', path: '/data/b', value: '2' },
        { op: 'add', path: '/foo', value: 1 },
      ]),
  ],
  [
    'a JSON patch with an unknown field in it',
    'json patch unknown field "[0].foo"',
    (api, namespace, query) =>
      api.patch(path(namespace, 'c', query), 'json', [{ op: 'add', path: '/data/b', value: '2', foo: 1 }]),
  ],
]

conformance('field validation', {}, (it) => {
  it.for(careless)('Strict refuses %s', async ([title, problem, write], { api, namespace }) => {
    const before = await createMap(api, namespace)
    const { body } = await write(api, namespace, { fieldValidation: 'Strict' })
    const strict = `strict decoding error: ${problem}`
    if (title.startsWith('an update')) {
      expect(body).toEqual(badRequest(`ConfigMap in version "v1" cannot be handled as a ConfigMap: ${strict}`))
    } else {
      // What is said before it shows the patch, or the whole patched object.
      const said = expect.stringContaining(`": ${strict}`)
      expect(body).toMatchObject({
        code: 422,
        reason: 'Invalid',
        message: said,
        details: { causes: [{ field: 'patch' }] },
      })
    }
    expect(await read(api, namespace, 'c')).toEqual(before)
  })

  it('Strict shows a strategic patch as Go does', async ({ api, namespace }) => {
    await createMap(api, namespace)
    const strict = path(namespace, 'c', { fieldValidation: 'Strict' })
    const value = 'map[data:map[b:2] foo:1]'
    const message = `Invalid value: "${value}": strict decoding error: unknown field "foo"`
    expect((await api.patch(strict, 'strategic', { foo: 1, data: { b: '2' } })).body).toEqual(
      refusal(422, 'Invalid', ` "" is invalid: patch: ${message}`, {
        causes: [{ reason: 'FieldValueInvalid', message, field: 'patch' }],
      }),
    )
  })

  for (const fieldValidation of ['Warn', '']) {
    it.for(careless)(
      `"${fieldValidation}" carries out %s, with a warning`,
      async ([, problem, write], { api, namespace }) => {
        await createMap(api, namespace)
        const answer = await write(api, namespace, { fieldValidation })
        expect([answer.status, answer.warnings]).toEqual([200, [`299 - ${JSON.stringify(problem)}`]])
        expect((await read(api, namespace, 'c')).data?.b).toBe('2')
      },
    )
  }

  it.for(careless)('Ignore carries out %s without a word', async ([, , write], { api, namespace }) => {
    await createMap(api, namespace)
    const answer = await write(api, namespace, { fieldValidation: 'Ignore' })
    expect([answer.status, answer.warnings]).toEqual([200, []])
    expect((await read(api, namespace, 'c')).data?.b).toBe('2')
  })

  it.for([
    ['CreateOptions', 'POST'],
    ['UpdateOptions', 'PUT'],
    ['PatchOptions', 'PATCH'],
  ] as const)('has no other mode: %s', async ([kind, method], { api, namespace }) => {
    await createMap(api, namespace)
    const target = path(namespace, method === 'POST' ? undefined : 'c', { fieldValidation: 'Foo' })
    const contentType = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const { body } = await api.request(method, target, { body: { metadata: { name: 'c' } }, contentType })
    const supported = 'supported values: "", "Ignore", "Strict", "Warn"'
    const cause: Cause = ['NotSupported', 'fieldValidation', `Unsupported value: "Foo": ${supported}`]
    expect(body).toEqual(invalid({ kind, group: 'meta.k8s.io' }, cause))
  })

  it('is not asked by a deletion', async ({ api, namespace }) => {
    await createMap(api, namespace)
    expect((await api.delete(path(namespace, 'c', { fieldValidation: 'Foo' }))).status).toBe(200)
  })
})

conformance('dry runs', {}, (it) => {
  it.for<readonly [title: string, type: PatchType | 'update', body: unknown]>([
    ['an update', 'update', { metadata: { name: 'c' }, data: { a: '2' } }],
    ['a merge patch', 'merge', { data: { a: '2' } }],
    ['a strategic patch', 'strategic', { data: { a: '2' } }],
    ['a JSON patch', 'json', [{ op: 'replace', path: '/data/a', value: '2' }]],
  ])('of %s answers with what would be, under the version that is', async ([, type, body], { api, namespace }) => {
    const before = await createMap(api, namespace)
    const target = path(namespace, 'c', { dryRun: 'All' })
    const answer =
      type === 'update' ? await api.put<ConfigMap>(target, body) : await api.patch<ConfigMap>(target, type, body)
    expect([answer.status, answer.body.data]).toEqual([200, { a: '2' }])
    expect(answer.body.metadata.resourceVersion).toBe(before.metadata.resourceVersion)
    expect(await read(api, namespace, 'c')).toEqual(before)
  })

  it('of a deletion, of one or of all, delete nothing', async ({ api, namespace }) => {
    const before = await createMap(api, namespace)
    const one = await api.delete(path(namespace, 'c', { dryRun: 'All' }))
    expect(one.body).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'c' } })
    const all = await api.delete<{ items: ConfigMap[] }>(path(namespace, undefined, { dryRun: 'All' }))
    expect(all.body.items.map(({ metadata }) => metadata.name)).toContain('c')
    expect(await read(api, namespace, 'c')).toEqual(before)
  })

  it('of a status and of a binding change no pod', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const status = withQuery(podsPath(namespace, 'p', 'status'), { dryRun: 'All' })
    const changed = await api.patch(status, 'merge', { status: { phase: 'Running' } })
    expect(changed.body).toMatchObject({ status: { phase: 'Running' } })
    const binding = withQuery(podsPath(namespace, 'p', 'binding'), { dryRun: 'All' })
    expect((await api.post(binding, { metadata: { name: 'p' }, target: { name: 'n' } })).status).toBe(201)
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('make no namespace, and end none', async ({ api, namespace }) => {
    const name = `${namespace.slice(0, 55)}-dry`
    const created = await api.post('/api/v1/namespaces?dryRun=All', { metadata: { name } })
    expect(created.body).toMatchObject({ metadata: { name }, status: { phase: 'Active' } })
    expect((await api.get(`/api/v1/namespaces/${name}`)).body).toEqual(notFound('namespaces', name))
    const ended = await api.delete(`/api/v1/namespaces/${namespace}?dryRun=All`)
    expect(ended.body).toMatchObject({ status: { phase: 'Terminating' } })
    expect((await api.get(`/api/v1/namespaces/${namespace}`)).body).toMatchObject({ status: { phase: 'Active' } })
  })

  it('generate names, too', async ({ api, namespace }) => {
    const { body } = await api.post<ConfigMap>(path(namespace, undefined, { dryRun: 'All' }), {
      metadata: { generateName: 'x-' },
    })
    expect(body.metadata.name).toMatch(/^x-[a-z0-9]{5}$/)
    expect((await api.get(path(namespace, body.metadata.name))).status).toBe(404)
  })

  it.for<readonly [dryRun: string, shown: string]>([
    ['', '[""]'],
    ['all', '["all"]'],
  ])('are All or none, not %j', async ([dryRun, shown], { api, namespace }) => {
    const { body } = await api.post(path(namespace, undefined, { dryRun }), { metadata: { name: 'c' } })
    const cause: Cause = ['NotSupported', 'dryRun', `Unsupported value: ${shown}: supported values: "All"`]
    expect(body).toEqual(invalid({ kind: 'CreateOptions', group: 'meta.k8s.io' }, cause))
  })

  it('may be said twice', async ({ api, namespace }) => {
    const { status } = await api.post(`${path(namespace)}&dryRun=All&dryRun=All`, { metadata: { name: 'c' } })
    expect(status).toBe(201)
    expect((await api.get(path(namespace, 'c'))).status).toBe(404)
  })
})
