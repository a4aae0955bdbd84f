import { expect } from 'vitest'
import { inNamespace } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { createPod } from '../support/pods-by-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { invalid } from '../support/status-bodies.ts'

interface Event {
  readonly metadata: { readonly name: string; readonly uid: string; readonly managedFields?: unknown }
  readonly reason: string
  readonly message: string
  readonly type: string
  readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid: string }
}

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
