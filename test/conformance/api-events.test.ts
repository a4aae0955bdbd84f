import { expect } from 'vitest'
import { inNamespace, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { qualifiedNameRule } from '../support/name-rules.ts'
import { createPod } from '../support/pods-by-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, type Cause, invalid } from '../support/status-bodies.ts'

interface Event {
  readonly metadata: { readonly name: string; readonly uid: string; readonly managedFields?: unknown }
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid: string }
}

const core = (namespace: string, ...name: string[]) => inNamespace(namespace, 'events', ...name)
const v1 = (namespace: string, ...name: string[]) =>
  ['/apis/events.k8s.io/v1/namespaces', namespace, 'events', ...name].join('/')
const time = '2026-01-01T00:00:00.000000Z'
const newEvent = (namespace: string, name: string, changed: object = {}) => ({
  metadata: { name },
  eventTime: time,
  reportingController: 'davit.test/c',
  reportingInstance: 'i',
  action: 'Act',
  reason: 'R',
  regarding: { kind: 'Pod', namespace, name: 'p' },
  note: 'n',
  type: 'Normal',
  ...changed,
})
const oldEvent = (namespace: string, name: string) => ({
  metadata: { name },
  involvedObject: { kind: 'Pod', namespace, name: 'p' },
  reason: 'R',
  message: 'm',
  source: { component: 'c', host: 'h' },
  firstTimestamp: '2026-01-01T00:00:00Z',
  lastTimestamp: '2026-01-01T00:00:00Z',
  count: 3,
  type: 'Warning',
})
const immutable = (field: string, value: unknown): Cause => [
  'Invalid',
  field,
  `Invalid value: ${JSON.stringify(value)}: field is immutable`,
]
const reference = (changed: object) => ({
  Kind: '',
  Namespace: '',
  Name: '',
  UID: '',
  APIVersion: '',
  ResourceVersion: '',
  FieldPath: '',
  ...changed,
})

conformance('events', {}, (it) => {
  it('are stored as they are posted', async ({ api, namespace }) => {
    const event = {
      metadata: { name: 'mine', namespace },
      involvedObject: { kind: 'Pod', namespace, name: 'p' },
      reason: 'Started',
      message: 'm',
      source: { component: 'kubelet' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
      count: 1,
      type: 'Normal',
    }
    const { status, body } = await api.post<Event>(inNamespace(namespace, 'events'), event)
    const { managedFields: _, ...metadata } = body.metadata
    expect([status, { ...body, metadata }]).toEqual([
      201,
      {
        ...event,
        kind: 'Event',
        apiVersion: 'v1',
        metadata: {
          name: 'mine',
          namespace,
          uid: expect.any(String),
          resourceVersion: expect.any(String),
          creationTimestamp: expect.any(String),
        },
        eventTime: null,
        reportingComponent: '',
        reportingInstance: '',
      },
    ])
    expect((await api.get(inNamespace(namespace, 'events', 'mine'))).body).toEqual(body)
  })

  it('are counted, and take another text', async ({ api, namespace }) => {
    await api.post(core(namespace), oldEvent(namespace, 'e'))
    const change = { count: 4, message: 'more', lastTimestamp: '2026-01-01T00:01:00Z' }
    const { status, body } = await api.patch(core(namespace, 'e'), 'strategic', change)
    expect([status, body]).toMatchObject([200, change])
  })

  it('need a name', async ({ api, namespace }) => {
    const { involvedObject } = oldEvent(namespace, '')
    expect((await api.post(core(namespace), { involvedObject })).body).toEqual(
      invalid({ kind: 'Event' }, ['Required', 'metadata.name', 'Required value: name or generateName is required']),
    )
    const generated = await api.post<Event>(core(namespace), { metadata: { generateName: 'g.' }, involvedObject })
    expect(generated.body.metadata.name).toMatch(/^g\..{5}$/)
  })

  it('are refused in another namespace than their object', async ({ api, namespace }) => {
    const involvedObject = { kind: 'Pod', namespace: 'default', name: 'p' }
    const { body } = await api.post(inNamespace(namespace, 'events'), { metadata: { name: 'e' }, involvedObject })
    expect(body).toEqual(
      invalid({ kind: 'Event', name: 'e' }, [
        'Invalid',
        'involvedObject.namespace',
        'Invalid value: "default": does not match event.namespace',
      ]),
    )
  })
})

conformance('events of events.k8s.io', {}, (it) => {
  it('are read as events of the core', async ({ api, namespace }) => {
    expect((await api.post(v1(namespace), newEvent(namespace, 'e'))).status).toBe(201)
    const { body } = await api.get<object>(core(namespace, 'e'))
    expect(body).toEqual({
      kind: 'Event',
      apiVersion: 'v1',
      metadata: expect.objectContaining({ name: 'e', namespace }),
      involvedObject: { kind: 'Pod', namespace, name: 'p' },
      reason: 'R',
      message: 'n',
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      type: 'Normal',
      eventTime: time,
      action: 'Act',
      reportingComponent: 'davit.test/c',
      reportingInstance: 'i',
    })
  })

  it('show those of the core', async ({ api, namespace }) => {
    await api.post(core(namespace), oldEvent(namespace, 'e'))
    expect((await api.get(v1(namespace, 'e'))).body).toEqual({
      kind: 'Event',
      apiVersion: 'events.k8s.io/v1',
      metadata: expect.objectContaining({ name: 'e', namespace }),
      eventTime: null,
      reason: 'R',
      regarding: { kind: 'Pod', namespace, name: 'p' },
      note: 'm',
      type: 'Warning',
      deprecatedSource: { component: 'c', host: 'h' },
      deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
      deprecatedLastTimestamp: '2026-01-01T00:00:00Z',
      deprecatedCount: 3,
    })
  })

  it('may be about what is elsewhere', async ({ api, namespace }) => {
    const regarding = { kind: 'Pod', namespace: 'default', name: 'p' }
    expect((await api.post(v1(namespace), newEvent(namespace, 'e', { regarding }))).status).toBe(201)
  })

  it.for<readonly [changed: object, ...causes: Cause[]]>([
    [{ eventTime: null }, ['Required', 'eventTime', 'Required value']],
    [
      { reportingController: '' },
      ['Required', 'reportingController', 'Required value'],
      ['Invalid', 'reportingController', 'Invalid value: "": name part must be non-empty'],
      ['Invalid', 'reportingController', `Invalid value: "": ${qualifiedNameRule}`],
    ],
    [{ reportingController: 'a b' }, ['Invalid', 'reportingController', `Invalid value: "a b": ${qualifiedNameRule}`]],
    [{ reportingInstance: '' }, ['Required', 'reportingInstance', 'Required value']],
    [{ action: '' }, ['Required', 'action', 'Required value']],
    [{ reason: '' }, ['Required', 'reason', 'Required value']],
    [{ type: '' }, ['Invalid', 'type', 'Invalid value: "": has invalid value: ']],
    [{ type: 'Foo' }, ['Invalid', 'type', 'Invalid value: "": has invalid value: Foo']],
    [{ note: 'x'.repeat(1025) }, ['Invalid', 'message', 'Invalid value: "": can have at most 1024 characters']],
    [
      { series: { count: 1, lastObservedTime: time } },
      ['Invalid', 'series.count', 'Invalid value: "": should be at least 2'],
    ],
    [{ deprecatedCount: 3 }, ['Invalid', 'count', 'Invalid value: "": needs to be unset']],
  ])('are refused with %j', async ([changed, ...causes], { api, namespace }) => {
    expect((await api.post(v1(namespace), newEvent(namespace, 'e', changed))).body).toEqual(
      invalid({ kind: 'Event', name: 'e' }, ...causes),
    )
  })

  it('are repeated', async ({ api, namespace }) => {
    await api.post(v1(namespace), newEvent(namespace, 'e'))
    const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' }
    const { status, body } = await api.patch(v1(namespace, 'e'), 'merge', { series, metadata: { labels: { a: 'b' } } })
    expect([status, body]).toMatchObject([200, { series, metadata: { labels: { a: 'b' } } }])
  })

  it.for<readonly [change: object, ...causes: ((namespace: string) => Cause)[]]>([
    [
      { regarding: { name: 'q' } },
      (namespace) => immutable('involvedObject', reference({ Kind: 'Pod', Namespace: namespace, Name: 'q' })),
    ],
    [{ related: { kind: 'Pod', name: 'q' } }, () => immutable('related', reference({ Kind: 'Pod', Name: 'q' }))],
    [{ reason: 'Q' }, () => immutable('reason', 'Q'), () => immutable('reason', 'Q')],
    [{ note: 'o' }, () => immutable('message', 'o')],
    [{ type: 'Foo' }, () => immutable('type', 'Foo')],
    [{ action: 'B' }, () => immutable('action', 'B')],
    [{ eventTime: null }, () => immutable('eventTime', null)],
    [{ reportingController: 'd' }, () => immutable('reportingController', 'd')],
    [{ reportingInstance: 'j' }, () => immutable('reportingInstance', 'j')],
    [{ deprecatedSource: { component: 'c' } }, () => immutable('source', { Component: 'c', Host: '' })],
    [
      {
        deprecatedFirstTimestamp: '2026-01-01T00:00:00Z',
        deprecatedLastTimestamp: '2026-01-02T00:00:00Z',
        deprecatedCount: 2,
      },
      () => immutable('firstTimestamp', '2026-01-01T00:00:00Z'),
      () => immutable('lastTimestamp', '2026-01-02T00:00:00Z'),
      () => immutable('count', 2),
    ],
    [
      { series: { count: 1 } },
      () => ['Invalid', 'series.count', 'Invalid value: "": should be at least 2'],
      () => ['Required', 'series.lastObservedTime', 'Required value'],
    ],
  ])('do not change by %j', async ([change, ...causes], { api, namespace }) => {
    await api.post(v1(namespace), newEvent(namespace, 'e'))
    expect((await api.patch(v1(namespace, 'e'), 'merge', change)).body).toEqual(
      invalid({ kind: 'Event', name: 'e' }, ...causes.map((cause) => cause(namespace))),
    )
  })

  it('change through the core', async ({ api, namespace }) => {
    await api.post(v1(namespace), newEvent(namespace, 'e'))
    const { status, body } = await api.patch(core(namespace, 'e'), 'merge', { message: 'o', series: { count: 1 } })
    expect([status, body]).toMatchObject([200, { message: 'o', series: { count: 1, lastObservedTime: null } }])
  })

  it.for<readonly [selector: string, names: readonly string[]]>([
    ['regarding.kind=Pod,regarding.name=p', ['new', 'old']],
    ['regarding.uid=,regarding.apiVersion=,regarding.resourceVersion=,regarding.fieldPath=', ['new', 'old']],
    ['reportingController=davit.test/c', ['new']],
    ['type=Warning', ['old']],
    ['reason=R,metadata.name=old', ['old']],
  ])('are selected by %s', async ([fieldSelector, names], { api, namespace }) => {
    await api.post(v1(namespace), newEvent(namespace, 'new'))
    await api.post(core(namespace), oldEvent(namespace, 'old'))
    const { body } = await api.get<{ items: Event[] }>(withQuery(v1(namespace), { fieldSelector }))
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(names)
  })

  it.for(['involvedObject.name', 'source', 'reportingComponent', 'note', 'action'])(
    'are not selected by %s',
    async (label, { api, namespace }) => {
      expect((await api.get(withQuery(v1(namespace), { fieldSelector: `${label}=x` }))).body).toEqual(
        badRequest(`field label not supported: ${label}`),
      )
    },
  )

  it('are deleted by either name', async ({ api, namespace }) => {
    const { body } = await api.post<Event>(v1(namespace), newEvent(namespace, 'e'))
    expect((await api.delete(v1(namespace, 'e'))).body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'e', group: 'events.k8s.io', kind: 'events', uid: body.metadata.uid },
    })
    await api.post(v1(namespace), newEvent(namespace, 'e'))
    const { status } = await api.delete(withQuery(core(namespace), { fieldSelector: 'reason=R' }))
    expect([status, (await api.get(v1(namespace, 'e'))).status]).toEqual([200, 404])
  })

  it('keeps what a PUT that creates an event says of a deletion', async ({ api, namespace }) => {
    const deletion = { deletionTimestamp: '2000-01-01T00:00:00Z', deletionGracePeriodSeconds: 5 }
    const event = { ...oldEvent(namespace, 'e'), metadata: { name: 'e', ...deletion } }
    const put = await api.request<Event>('PUT', core(namespace, 'e'), { body: event })
    expect([put.status, put.body.metadata]).toMatchObject([201, deletion])
    const posted = await api.post<Event>(core(namespace), { ...event, metadata: { name: 'f', ...deletion } })
    expect(posted.status).toBe(201)
    expect(posted.body.metadata).not.toHaveProperty('deletionTimestamp')
  })

  it('looks at the uid of a PUT before its version', async ({ api, namespace }) => {
    const uid = '11111111-1111-1111-1111-111111111111'
    const event = { ...oldEvent(namespace, 'e'), metadata: { name: 'e', uid, resourceVersion: 'abc' } }
    const { status, body } = await api.request<{ reason: string }>('PUT', core(namespace, 'e'), { body: event })
    expect([status, body.reason]).toEqual([409, 'Conflict'])
  })

  it('refuses to read an event of an unreadable version', async ({ api, namespace }) => {
    const { body } = await api.get(withQuery(core(namespace, 'e'), { resourceVersion: 'abc' }))
    expect(body).toEqual(
      badRequest(
        'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
      ),
    )
  })
})

conformance('events of pods', { needs: ['scriptedPods'] }, (it) => {
  it('tell to which node the pod went', async ({ api, namespace }) => {
    const pod = await createPod(api, namespace, scriptedPod('p', { runMs: 1 }))
    const { node, event } = await eventually(async () => {
      const { body } = await api.get<{ items: Event[] }>(inNamespace(namespace, 'events'))
      const found = body.items.find(({ reason }) => reason === 'Scheduled')
      const bound = await api.get<{ spec: { nodeName?: string } }>(inNamespace(namespace, 'pods', 'p'))
      return found === undefined ? null : { event: found, node: bound.body.spec.nodeName }
    })
    expect(event.involvedObject).toMatchObject({ kind: 'Pod', name: 'p', uid: pod.metadata.uid })
    expect([event.type, event.message]).toEqual(['Normal', `Successfully assigned ${namespace}/p to ${node}`])
  })
})
