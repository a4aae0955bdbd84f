import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod } from '../support/pods-by-api.ts'
import { badRequest, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const partial = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'

interface Table {
  readonly kind: string
  readonly columnDefinitions: readonly { readonly name: string }[] | null
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: { readonly kind: string } | null }[]
}

conformance('forms of answers', {}, (it) => {
  it('gives metadata only: of one, of a list, of a create', async ({ api, namespace }) => {
    const { metadata } = await createPod(api, namespace, unboundPod('p', { labels: { a: '1' } }))
    const wanted = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
    const one = await api.get(podsPath(namespace, 'p'), { accept: partial('PartialObjectMetadata') })
    expect(one.body).toEqual(wanted)
    const list = await api.get(podsPath(namespace), { accept: partial('PartialObjectMetadataList') })
    expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    // Unlike those of a PodList, the items say what they are.
    expect((list.body as { items: unknown }).items).toEqual([wanted])
    const created = await api.post<object>(podsPath(namespace), unboundPod('q'), {
      accept: partial('PartialObjectMetadata'),
    })
    expect(created.body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'q' } })
    expect(created.body).not.toHaveProperty('spec')
  })

  it('gives pages and selections of metadata', async ({ api, namespace }) => {
    for (const name of ['p1', 'p2', 'p3']) await createPod(api, namespace, unboundPod(name))
    const page = await api.get(withQuery(podsPath(namespace), { limit: 2 }), {
      accept: partial('PartialObjectMetadataList'),
    })
    expect(page.body).toMatchObject({ metadata: { continue: expect.any(String), remainingItemCount: 1 } })
    expect((page.body as { items: unknown[] }).items).toHaveLength(2)
  })

  it('watches metadata only', async ({ api, namespace }) => {
    const { metadata } = await createPod(api, namespace, unboundPod('p'))
    using watch = api.watch(withQuery(podsPath(namespace), { watch: true }), {
      accept: partial('PartialObjectMetadata'),
    })
    expect(await watch.next()).toEqual({
      type: 'ADDED',
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata },
    })
  })

  it('prints pods as a table', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.get<Table>(podsPath(namespace), { accept: `${table},application/json` })
    expect(body.kind).toBe('Table')
    expect(body.columnDefinitions?.map(({ name }) => name)).toEqual([
      'Name',
      'Ready',
      'Status',
      'Restarts',
      'Age',
      'IP',
      'Node',
      'Nominated Node',
      'Readiness Gates',
    ])
    const age = expect.stringMatching(/^\d+s$/)
    expect(body.rows.map(({ cells }) => cells)).toEqual([
      ['p', '0/1', 'Pending', '0', age, '<none>', '<none>', '<none>', '<none>'],
    ])
    expect(body.rows[0]?.object?.kind).toBe('PartialObjectMetadata')
  })

  it('prints one object, and what was written, as a table', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const path = podsPath(namespace, 'p')
    const answers = [
      await api.get<Table>(path, { accept: table }),
      await api.patch<Table>(path, 'merge', { metadata: { labels: { a: '1' } } }, { accept: table }),
      await api.post<Table>(withQuery(podsPath(namespace), { dryRun: 'All' }), unboundPod('p2'), { accept: table }),
      await api.delete<Table>(path, undefined, { accept: table }),
    ]
    for (const { body } of answers) expect([body.kind, body.rows.length]).toEqual(['Table', 1])
  })

  it('gives metadata of what was changed and of what was deleted', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const accept = partial('PartialObjectMetadata')
    const changed = await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { labels: { a: '1' } } }, { accept })
    expect(changed.body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { labels: { a: '1' } } })
    const deleted = await api.delete<{ metadata: object }>(podsPath(namespace, 'p'), undefined, { accept })
    expect(deleted.body).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { deletionGracePeriodSeconds: 0 } })
    expect(deleted.body).not.toHaveProperty('spec')
  })

  it.for<readonly [includeObject: string, object: unknown]>([
    ['None', null],
    ['Metadata', { kind: 'PartialObjectMetadata', metadata: { name: 'p' } }],
    ['Object', { kind: 'Pod', metadata: { name: 'p' }, spec: { restartPolicy: 'Never' } }],
  ])('has in each row of a table what includeObject says: %s', async ([includeObject, object], { api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.get<Table>(withQuery(podsPath(namespace), { includeObject }), { accept: table })
    expect(body.rows[0]).toMatchObject({ object })
  })

  it('knows no other includeObject, and asks for none outside of tables', async ({ api, namespace }) => {
    const path = withQuery(podsPath(namespace), { includeObject: 'Foo' })
    expect((await api.get(path, { accept: table })).body).toEqual(
      badRequest(
        "Unable to convert to Table as requested: includeObject: Invalid value: \"Foo\": must be 'Metadata', 'Object', 'None', or empty",
      ),
    )
    expect((await api.get(path)).body).toMatchObject({ kind: 'PodList' })
  })

  it('tells the columns in the first event of a watch only', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    await createPod(api, namespace, unboundPod('q'))
    using watch = api.watch(withQuery(podsPath(namespace), { watch: true }), { accept: table })
    const [first, second] = (await watch.take(2)).map(({ object }) => object as unknown as Table)
    expect([first?.columnDefinitions?.length, second?.columnDefinitions]).toEqual([9, null])
    expect([first, second].map((body) => body?.rows[0]?.cells[0]).toSorted()).toEqual(['p', 'q'])
  })

  it.for<readonly [plural: string, columns: readonly string[]]>([
    ['configmaps', ['Name', 'Data', 'Age']],
    ['secrets', ['Name', 'Type', 'Data', 'Age']],
    ['serviceaccounts', ['Name', 'Age']],
    ['resourcequotas', ['Name', 'Request', 'Limit', 'Age']],
    [
      'events',
      ['Last Seen', 'Type', 'Reason', 'Object', 'Subobject', 'Source', 'Message', 'First Seen', 'Count', 'Name'],
    ],
  ])('has columns for %s', async ([plural, columns], { api, namespace }) => {
    const { body } = await api.get<Table>(inNamespace(namespace, plural), { accept: table })
    expect(body.columnDefinitions?.map(({ name }) => name)).toEqual(columns)
  })

  it.for<readonly [accept: string, kind: string]>([
    ['application/xml, application/json;q=0.5', 'PodList'],
    ['*/*', 'PodList'],
    ['application/json;q=0', 'PodList'],
    ['application/json; charset=utf-8', 'PodList'],
    ['application/json;as=Foo;v=v1;g=meta.k8s.io,application/json', 'PodList'],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', 'PodList'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io', 'Table'],
    [`application/json;q=0.1,${table}`, 'Table'],
  ])('falls back to the next form that it has: %s', async ([accept, kind], { api, namespace }) => {
    expect((await api.get(podsPath(namespace), { accept })).body).toMatchObject({ kind })
  })

  it.for(['application/yaml', 'text/html,application/yaml;q=0.1', 'application/json;q=0.2,application/yaml;q=0.8'])(
    'writes YAML: %s',
    async (accept, { api, namespace }) => {
      const { headers, text } = await api.get(podsPath(namespace), { accept })
      expect([headers['content-type'], text]).toEqual([
        'application/yaml',
        expect.stringMatching(/^apiVersion: v1\nitems: \[\]\nkind: PodList\nmetadata:\n {2}resourceVersion: "\d+"\n$/),
      ])
    },
  )

  it.for(['text/html', 'application/*', 'APPLICATION/JSON', 'nonsense', ';;'])(
    'answers 406 when it has none of the forms: %s',
    async (accept, { api, namespace }) => {
      const { status, body } = await api.get(podsPath(namespace), { accept })
      expect([status, body]).toEqual([
        406,
        expect.objectContaining({
          reason: 'NotAcceptable',
          // What follows has protobuf where that is served.
          message: expect.stringMatching(
            /^406: Not Acceptable\n\nAvailable representations: application\/json, application\/yaml/,
          ),
        }),
      ])
    },
  )

  it.for([
    'application/json;as=Foo;v=v1;g=meta.k8s.io',
    'application/json;as=Table;v=v1',
    'application/json;v=v1;g=meta.k8s.io',
  ])('answers 406 when it cannot transform: %s', async (accept, { api, namespace }) => {
    const { body } = await api.get(podsPath(namespace), { accept })
    expect(body).toMatchObject({
      code: 406,
      message: expect.stringMatching(
        /^only the following media types are accepted: application\/json, application\/yaml/,
      ),
    })
  })

  it('gives no list where there is one object, and the other way round', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const one = await api.get(podsPath(namespace, 'p'), { accept: partial('PartialObjectMetadataList') })
    expect(one.body).toEqual(
      refusal(
        406,
        'NotAcceptable',
        'you requested PartialObjectMetadataList, but the requested object is not a list (*core.Pod)',
      ),
    )
    const list = await api.get(podsPath(namespace), { accept: partial('PartialObjectMetadata') })
    expect(list.body).toEqual(
      refusal(
        406,
        'NotAcceptable',
        'you requested PartialObjectMetadata, but the requested object is a list (*core.PodList)',
      ),
    )
  })

  it('makes no table of an answer that is a Status', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const evict = (accept: string) =>
      api.post(podsPath(namespace, 'p', 'eviction'), { metadata: { name: 'p' } }, { accept })
    expect((await evict(table)).body).toMatchObject({ code: 406 })
    expect((await evict(`${table},application/json`)).body).toMatchObject({ kind: 'Status', status: 'Success' })
  })

  it('has no watches in YAML, even if JSON is named behind it', async ({ api, namespace }) => {
    using watch = api.watch(withQuery(podsPath(namespace), { watch: true }), {
      accept: 'application/yaml,application/json',
    })
    expect(await watch.status()).toBe(406)
  })

  it('indents when it is asked to', async ({ api, namespace }) => {
    expect((await api.get(withQuery(podsPath(namespace), { pretty: true }))).text).toContain('\n  "kind": "PodList"')
    expect((await api.get(podsPath(namespace))).text).toContain('"kind":"PodList"')
    const headers = { 'user-agent': 'curl/8' }
    expect((await api.get(podsPath(namespace), { headers })).text).toContain('\n  "kind": "PodList"')
    expect((await api.get(withQuery(podsPath(namespace), { pretty: 0 }), { headers })).text).toContain(
      '"kind":"PodList"',
    )
  })
})
