import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { labelValueRule } from '../support/name-rules.ts'
import { createPod } from '../support/pods-by-api.ts'
import { badRequest } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

interface List {
  readonly items: readonly { readonly metadata: { readonly name: string } }[]
}

conformance('label selectors', {}, (it) => {
  it('choose by every operator', async ({ api, namespace }) => {
    const labels = [{ app: 'x', n: '1' }, { app: 'y', n: '12' }, { app: 'x' }, {}]
    for (const [index, set] of labels.entries()) {
      await createPod(api, namespace, unboundPod(`p${index}`, { labels: set as Record<string, string> }))
    }
    const table: readonly (readonly [selector: string, names: string])[] = [
      ['app=x', 'p0 p2'],
      ['app==x', 'p0 p2'],
      ['app!=x', 'p1 p3'],
      ['app', 'p0 p1 p2'],
      ['!app', 'p3'],
      ['app in (x, z)', 'p0 p2'],
      ['app in (x,y)', 'p0 p1 p2'],
      ['app notin (x)', 'p1 p3'],
      ['app=x,n', 'p0'],
      ['app=x,!n', 'p2'],
      ['app=x,n=1', 'p0'],
      ['n>5', 'p1'],
      ['n<5', 'p0'],
      ['app in (x),n notin (1)', 'p2'],
      ['app=', ''],
      ['nope!=x', 'p0 p1 p2 p3'],
      ['', 'p0 p1 p2 p3'],
    ]
    const chosen: (readonly [string, string])[] = []
    for (const [labelSelector] of table) {
      const { body } = await api.get<List>(withQuery(podsPath(namespace), { labelSelector }))
      chosen.push([labelSelector, body.items.map(({ metadata }) => metadata.name).join(' ')])
    }
    expect(chosen).toEqual(table)
  })

  it.for([
    ['a===b', "unable to parse requirement: found '=', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a=x y', "found 'y', expected: ',' or 'end of string'"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a=-x', `unable to parse requirement: values[0][a]: Invalid value: "-x": ${labelValueRule}`],
    [
      'a>x',
      `unable to parse requirement: values[0]: Invalid value: "x": for 'Gt', 'Lt' operators, the value must be an integer`,
    ],
  ] as const)('refuse %j', async ([labelSelector, text], { api }) => {
    const { body } = await api.get(withQuery(podsPath('default'), { labelSelector }))
    expect(body).toEqual(badRequest(text))
  })
})

conformance('field selectors', {}, (it) => {
  it('choose pods by what they know', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p0'))
    await createPod(api, namespace, unboundPod('p1', { spec: { restartPolicy: 'OnFailure' } }))
    await api.patch(podsPath(namespace, 'p1', 'status'), 'merge', { status: { phase: 'Failed', podIP: '10.0.0.9' } })
    const table: readonly (readonly [selector: string, names: string])[] = [
      ['metadata.name=p0', 'p0'],
      ['metadata.name==p0', 'p0'],
      ['metadata.name!=p0', 'p1'],
      [`metadata.namespace=${namespace}`, 'p0 p1'],
      ['metadata.namespace=other', ''],
      ['spec.nodeName=', 'p0 p1'],
      ['spec.restartPolicy=OnFailure', 'p1'],
      ['spec.schedulerName=nobody', 'p0 p1'],
      ['spec.serviceAccountName=default', 'p0 p1'],
      ['status.phase=Failed', 'p1'],
      ['status.phase!=Failed', 'p0'],
      ['status.podIP=10.0.0.9', 'p1'],
      ['status.phase=Pending,metadata.name=p0', 'p0'],
      ['status.phase=Pending,metadata.name=p1', ''],
    ]
    const chosen: (readonly [string, string])[] = []
    for (const [fieldSelector] of table) {
      const { body } = await api.get<List>(withQuery(podsPath(namespace), { fieldSelector }))
      chosen.push([fieldSelector, body.items.map(({ metadata }) => metadata.name).join(' ')])
    }
    expect(chosen).toEqual(table)
  })

  it('choose events by their object', async ({ api, namespace }) => {
    const events = inNamespace(namespace, 'events')
    const create = (name: string, pod: string, reason: string) =>
      api.post(events, {
        metadata: { name },
        involvedObject: { kind: 'Pod', namespace, name: pod, uid: `uid-${pod}` },
        reason,
        type: 'Warning',
      })
    await create('e1', 'p1', 'Failed')
    await create('e2', 'p2', 'Failed')
    await create('e3', 'p1', 'Killing')
    const names = async (fieldSelector: string) =>
      (await api.get<List>(withQuery(events, { fieldSelector }))).body.items.map(({ metadata }) => metadata.name)
    expect(await names('involvedObject.name=p1')).toEqual(['e1', 'e3'])
    expect(await names('involvedObject.kind=Pod,involvedObject.uid=uid-p2')).toEqual(['e2'])
    expect(await names('involvedObject.name=p1,reason!=Failed,type=Warning')).toEqual(['e3'])
  })

  it.for([
    ['pods', 'foo', "invalid selector: 'foo'; can't understand 'foo'"],
    ['pods', 'metadata.foo=x', 'field label not supported: metadata.foo'],
    ['configmaps', 'data=x', '"data" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ] as const)('refuse %s by %j', async ([plural, fieldSelector, text], { api }) => {
    const { body } = await api.get(withQuery(inNamespace('default', plural), { fieldSelector }))
    expect(body).toEqual(badRequest(text))
  })
})
