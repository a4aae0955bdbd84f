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

  it.for<readonly [query: Record<string, string | number>, names: readonly string[], version: 'third' | 'not older']>([
    [{}, five, 'not older'],
    [{ resourceVersionMatch: '' }, five, 'not older'],
    [{ resourceVersionMatch: 'NotOlderThan' }, five, 'not older'],
    [{ resourceVersionMatch: 'NotOlderThan', limit: 2 }, ['p1', 'p2'], 'not older'],
    [{ resourceVersionMatch: 'Exact' }, ['p1', 'p2', 'p3'], 'third'],
    [{ resourceVersionMatch: 'Exact', limit: 2 }, ['p1', 'p2'], 'third'],
    // A page of a version is of that very one, whatever is not said.
    [{ limit: 2 }, ['p1', 'p2'], 'third'],
  ])('gives what there was at a version, with %j', async ([query, names, version], { api, namespace }) => {
    const resourceVersion = (await createPods(api, namespace, five))[2]?.metadata.resourceVersion ?? ''
    const list = withQuery(podsPath(namespace), { ...query, resourceVersion })
    // Not older may be the cache's, which may be a moment behind.
    await expect.poll(async () => namesOf((await api.get<PodList>(list)).body)).toEqual(names)
    const { metadata } = (await api.get<PodList>(list)).body
    if (version === 'third') expect(metadata.resourceVersion).toBe(resourceVersion)
    else expect(Number(metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(resourceVersion))
  })

  it('goes on by a token with another limit, another selector, and the version 0', async ({ api, namespace }) => {
    await createPods(api, namespace, five)
    const first = await api.get<PodList>(withQuery(podsPath(namespace), { limit: 2 }))
    const goOn = async (query: Record<string, string | number>) =>
      namesOf(
        (
          await api.get<PodList>(
            withQuery(podsPath(namespace), { continue: first.body.metadata.continue ?? '', ...query }),
          )
        ).body,
      )
    expect(await goOn({ limit: 1 })).toEqual(['p3'])
    expect(await goOn({ fieldSelector: 'metadata.name=p5' })).toEqual(['p5'])
    expect(await goOn({ resourceVersion: '0' })).toEqual(['p3', 'p4', 'p5'])
  })

  it('pages through all namespaces', async ({ api, namespace }) => {
    await createPods(api, namespace, five)
    const names: string[] = []
    let token = ''
    do {
      const query = { limit: 2, ...(token !== '' && { continue: token }) }
      const { body } = await api.get<PodList>(withQuery('/api/v1/pods', query))
      names.push(
        ...body.items.filter((pod) => pod.metadata.namespace === namespace).map(({ metadata }) => metadata.name),
      )
      token = body.metadata.continue ?? ''
    } while (token !== '')
    expect(names).toEqual(five)
  })

  it.for<readonly [title: string, revision: number, start: string, names: readonly string[]]>([
    ['at the newest version', -1, '/p3\u0000', ['p4', 'p5']],
    ['without its slash', -1, 'p3\u0000', ['p4', 'p5']],
    ['behind the last', -1, '/zz', []],
  ])('goes on by a token %s', async ([, rv, start, names], { api, namespace }) => {
    await createPods(api, namespace, five)
    const query = { continue: token({ v: 'meta.k8s.io/v1', rv, start }) }
    expect(namesOf((await api.get<PodList>(withQuery(podsPath(namespace), query))).body)).toEqual(names)
  })

  it('gives as many as there are for a larger limit, and no token', async ({ api, namespace }) => {
    await createPods(api, namespace, five)
    for (const limit of ['5', '6', '99999999999']) {
      const { body } = await api.get<PodList>(withQuery(podsPath(namespace), { limit }))
      expect([namesOf(body), Object.keys(body.metadata)]).toEqual([five, ['resourceVersion']])
    }
  })

  it.for<readonly [query: Record<string, string>]>([
    [{ watch: 'false' }],
    [{ watch: '0' }],
    [{ allowWatchBookmarks: 'true' }],
    [{ timeoutSeconds: '1' }],
    [{ timeoutSeconds: '-1' }],
  ])('does not care about %j', async ([query], { api, namespace }) => {
    await createPods(api, namespace, ['p1'])
    expect(namesOf((await api.get<PodList>(withQuery(podsPath(namespace), query))).body)).toEqual(['p1'])
  })

  it('gives one object, whatever its version and however many', async ({ api, namespace }) => {
    const [created] = await createPods(api, namespace, ['p1'])
    const resourceVersion = created?.metadata.resourceVersion ?? ''
    for (const query of [
      { resourceVersion },
      { resourceVersion, resourceVersionMatch: 'Exact' },
      { watch: 'true', timeoutSeconds: '1' },
      { limit: 'abc' },
    ]) {
      expect((await api.get(withQuery(podsPath(namespace, 'p1'), query))).body).toEqual(created)
    }
    const cached = withQuery(podsPath(namespace, 'p1'), { resourceVersion: '0' })
    await expect.poll(async () => (await api.get(cached)).body).toEqual(created)
    expect((await api.get(withQuery(podsPath(namespace, 'p1'), { resourceVersion: 'abc' }))).body).toEqual(
      refusal(500, null, 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'),
    )
  })

  const option = (cause: Cause) => invalid({ kind: 'ListOptions', group: 'meta.k8s.io' }, cause)

  it.for<readonly [query: Record<string, string>, body: object]>([
    [{ limit: 'abc' }, badRequest('strconv.ParseInt: parsing "abc": invalid syntax')],
    [{ limit: '' }, badRequest('strconv.ParseInt: parsing "": invalid syntax')],
    [{ limit: '1.5' }, badRequest('strconv.ParseInt: parsing "1.5": invalid syntax')],
    [{ limit: '9'.repeat(20) }, badRequest(`strconv.ParseInt: parsing "${'9'.repeat(20)}": value out of range`)],
    [{ timeoutSeconds: 'abc' }, badRequest('strconv.ParseInt: parsing "abc": invalid syntax')],
    [
      { continue: token({ v: 'meta.k8s.io/v1', rv: '5', start: 'a' }) },
      badRequest(
        'invalid continue token: continue key is not valid: json: cannot unmarshal string into Go struct field continueToken.rv of type int64',
      ),
    ],
    [
      { continue: token({ v: 'meta.k8s.io/v1', rv: 5, start: '../x' }) },
      badRequest('invalid continue token: continue key is not valid: ../x'),
    ],
    [
      { continue: '!!' },
      badRequest('invalid continue token: continue key is not valid: illegal base64 data at input byte 0'),
    ],
    [
      { continue: token({}) },
      badRequest('invalid continue token: continue key is not valid: server does not recognize this encoded version '),
    ],
    [
      { resourceVersion: '-1' },
      badRequest(
        'invalid resource version: resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax',
      ),
    ],
    [
      { resourceVersion: '9'.repeat(23) },
      badRequest(
        `invalid resource version: resourceVersion: Invalid value: "${'9'.repeat(23)}": strconv.ParseUint: parsing "${'9'.repeat(23)}": value out of range`,
      ),
    ],
    [
      { continue: 'foo', resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' },
      option([
        'Forbidden',
        'resourceVersionMatch',
        'Forbidden: resourceVersionMatch is forbidden when continue is provided',
      ]),
    ],
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
