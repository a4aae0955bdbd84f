import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod } from '../support/pods-by-api.ts'
import { unboundPod } from '../support/test-pod.ts'

const partial = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io'

interface Table {
  readonly kind: string
  readonly columnDefinitions: readonly { readonly name: string }[] | null
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object?: { readonly kind: string } }[]
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

  it('falls back to the next form that it has', async ({ api, namespace }) => {
    const { body } = await api.get(podsPath(namespace), { accept: 'application/xml, application/json;q=0.5' })
    expect(body).toMatchObject({ kind: 'PodList' })
    expect((await api.get(podsPath(namespace), { accept: '*/*' })).body).toMatchObject({ kind: 'PodList' })
  })

  it('answers 406 when it has none of the forms', async ({ api, namespace }) => {
    const { status, body } = await api.get(podsPath(namespace), { accept: 'text/html' })
    expect([status, body]).toEqual([
      406,
      expect.objectContaining({ reason: 'NotAcceptable', message: expect.stringContaining('406: Not Acceptable') }),
    ])
  })

  it('indents when it is asked to', async ({ api, namespace }) => {
    expect((await api.get(withQuery(podsPath(namespace), { pretty: true }))).text).toContain('\n  "kind": "PodList"')
    expect((await api.get(podsPath(namespace))).text).toContain('"kind":"PodList"')
  })
})
