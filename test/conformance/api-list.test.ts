import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, type StoredPod } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { badRequest, type Cause, invalid, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

interface PodList {
  readonly kind: string
  readonly apiVersion: string
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
  readonly items: readonly StoredPod[]
}

const namesOf = ({ items }: PodList) => items.map(({ metadata }) => metadata.name)

async function createPods(api: RawApi, namespace: string, names: readonly string[]): Promise<StoredPod[]> {
  const created: StoredPod[] = []
  for (const name of names) created.push(await createPod(api, namespace, unboundPod(name, { labels: { n: name } })))
  return created
}

const five = ['p1', 'p2', 'p3', 'p4', 'p5']

conformance('list', {}, (it) => {
  it('gives all, by name, under one version', async ({ api, namespace }) => {
    const created = await createPods(api, namespace, five.toReversed())
    const { status, body } = await api.get<PodList>(podsPath(namespace))
    expect([status, body.kind, body.apiVersion, namesOf(body)]).toEqual([200, 'PodList', 'v1', five])
    expect(body.metadata).toEqual({ resourceVersion: expect.stringMatching(/^\d+$/) })
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThanOrEqual(
      Math.max(...created.map(({ metadata }) => Number(metadata.resourceVersion))),
    )
    const { kind: _kind, apiVersion: _apiVersion, ...first } = created[4] ?? {}
    expect(body.items[0]).toEqual(first)
  })

  it('gives an empty list of a namespace that is not there', async ({ api }) => {
    const { status, body } = await api.get<PodList>(podsPath('davit-nowhere'))
    expect([status, body.items]).toEqual([200, []])
  })

  it('gives those of all namespaces', async ({ api, namespace }) => {
    await createPods(api, namespace, ['p1'])
    const { body } = await api.get<PodList>('/api/v1/pods')
    expect(body.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toContain(`${namespace}/p1`)
  })

  it('gives pages of one version, to the last', async ({ api, namespace }) => {
    await createPods(api, namespace, five)
    const page = async (query: Record<string, string | number>) =>
      (await api.get<PodList>(withQuery(podsPath(namespace), { limit: 2, ...query }))).body
    const first = await page({})
    expect([namesOf(first), first.metadata.remainingItemCount]).toEqual([['p1', 'p2'], 3])
    await createPods(api, namespace, ['p21', 'p6'])
    const second = await page({ continue: first.metadata.continue ?? '' })
    expect([namesOf(second), second.metadata.remainingItemCount]).toEqual([['p3', 'p4'], 1])
    const last = await page({ continue: second.metadata.continue ?? '' })
    expect([namesOf(last), last.metadata]).toEqual([['p5'], { resourceVersion: first.metadata.resourceVersion }])
    expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion)
  })

  it('does not count what is left behind a selector', async ({ api, namespace }) => {
    await createPods(api, namespace, five)
    const { body } = await api.get<PodList>(withQuery(podsPath(namespace), { limit: 2, labelSelector: 'n!=p1' }))
    expect([namesOf(body), body.metadata.remainingItemCount]).toEqual([['p2', 'p3'], undefined])
    const rest = withQuery(podsPath(namespace), { labelSelector: 'n!=p1', continue: body.metadata.continue ?? '' })
    expect(namesOf((await api.get<PodList>(rest)).body)).toEqual(['p4', 'p5'])
  })

  it.for<readonly [title: string, query: Record<string, string | number>]>([
    ['no limit', { limit: 0 }],
    ['a negative limit', { limit: -1 }],
    ['the version 0', { resourceVersion: '0', limit: 2 }],
  ])('gives all for %s', async ([, query], { api, namespace }) => {
    await createPods(api, namespace, five)
    // From the cache, which may be a moment behind.
    await expect
      .poll(async () => namesOf((await api.get<PodList>(withQuery(podsPath(namespace), query))).body))
      .toEqual(five)
  })

  it('gives a version that is asked for exactly, or one not older', async ({ api, namespace }) => {
    const [first] = await createPods(api, namespace, ['p1', 'p2'])
    const resourceVersion = first?.metadata.resourceVersion ?? ''
    const list = async (resourceVersionMatch: string) =>
      (await api.get<PodList>(withQuery(podsPath(namespace), { resourceVersion, resourceVersionMatch }))).body
    const exact = await list('Exact')
    expect([namesOf(exact), exact.metadata.resourceVersion]).toEqual([['p1'], resourceVersion])
    const notOlder = await list('NotOlderThan')
    expect(Number(notOlder.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(resourceVersion))
    expect(namesOf(notOlder)[0]).toBe('p1')
  })

  const option = (cause: Cause) => invalid({ kind: 'ListOptions', group: 'meta.k8s.io' }, cause)

  it.for<readonly [query: Record<string, string>, body: object]>([
    [{ limit: 'abc' }, badRequest('strconv.ParseInt: parsing "abc": invalid syntax')],
    [
      { continue: 'foo' },
      // The words of the JSON parser follow.
      badRequest(expect.stringMatching(/^invalid continue token: continue key is not valid: ./) as unknown as string),
    ],
    [
      { continue: token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' }) },
      badRequest(
        'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
      ),
    ],
    [
      { continue: token({ v: 'meta.k8s.io/v1', rv: 1, start: '' }) },
      badRequest('invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)'),
    ],
    [
      { continue: token({ v: 'meta.k8s.io/v2', rv: 1, start: 'a' }) },
      badRequest(
        'invalid continue token: continue key is not valid: server does not recognize this encoded version meta.k8s.io/v2',
      ),
    ],
    [
      { continue: token({ v: 'meta.k8s.io/v1', rv: 1, start: 'a' }), resourceVersion: '5' },
      badRequest('specifying resource version is not allowed when using continue'),
    ],
    [
      { resourceVersion: 'abc' },
      badRequest(
        'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
      ),
    ],
    [
      { resourceVersionMatch: 'Exact' },
      option([
        'Forbidden',
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
      ]),
    ],
    [
      { resourceVersion: '1', resourceVersionMatch: 'Foo' },
      option([
        'NotSupported',
        'resourceVersionMatch',
        'Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""',
      ]),
    ],
    [
      { resourceVersion: '0', resourceVersionMatch: 'Exact' },
      option([
        'Forbidden',
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
      ]),
    ],
    [
      { sendInitialEvents: 'true' },
      option(['Forbidden', 'sendInitialEvents', 'Forbidden: sendInitialEvents is forbidden for list']),
    ],
  ])('refuses %j', async ([query, refused], { api }) => {
    expect((await api.get(withQuery(podsPath('default'), query))).body).toEqual(refused)
  })

  it('answers 504 for a version of the future, after a wait', async ({ api }) => {
    const query = { resourceVersion: '99999999' }
    const paths = [podsPath('default'), podsPath('default', 'p')]
    const answers = await Promise.all(paths.map((path) => api.get(withQuery(path, query))))
    for (const { status, headers, body } of answers) {
      expect([status, headers['retry-after']]).toEqual([504, '1'])
      expect(body).toEqual(
        refusal(
          504,
          'Timeout',
          expect.stringMatching(/^Timeout: Too large resource version: 99999999, current: \d+$/) as unknown as string,
          {
            causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
            retryAfterSeconds: 1,
          },
        ),
      )
    }
  })
})

conformance('history that was compacted', { needs: ['compaction'] }, (it) => {
  it('is gone for lists, pages and watches', async ({ api, backend, namespace }) => {
    // Events are in no watch cache, which would remember.
    const events = inNamespace(namespace, 'events')
    const create = (name: string) =>
      api.post<StoredPod>(events, {
        metadata: { name },
        involvedObject: { kind: 'Pod', namespace, name: 'p' },
        reason: 'Test',
      })
    const first = await create('e1')
    await create('e2')
    await create('e3')
    const page = (await api.get<PodList>(withQuery(events, { limit: 1 }))).body
    await create('e4')
    await backend.compactHistory()
    const expired = await api.get<{ metadata: { continue?: string } }>(
      withQuery(events, { limit: 1, continue: page.metadata.continue ?? '' }),
    )
    expect(expired.body).toEqual({
      ...refusal(
        410,
        'Expired',
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
      ),
      metadata: { continue: expect.any(String) },
    })
    const rest = await api.get<PodList>(withQuery(events, { continue: expired.body.metadata.continue ?? '' }))
    expect(namesOf(rest.body)).toEqual(['e2', 'e3', 'e4'])
    const { resourceVersion } = first.body.metadata
    const exact = await api.get(withQuery(events, { resourceVersion, resourceVersionMatch: 'Exact' }))
    expect(exact.body).toEqual(refusal(410, 'Expired', 'The resourceVersion for the provided list is too old.'))
    using watch = api.watch(withQuery(events, { watch: true, resourceVersion: resourceVersion ?? '' }))
    expect(await watch.rest()).toEqual([
      { type: 'ERROR', object: refusal(410, 'Expired', 'The resourceVersion for the provided watch is too old.') },
    ])
    expect(await watch.status()).toBe(200)
  })
})

function token(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
