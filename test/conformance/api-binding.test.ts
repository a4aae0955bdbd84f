import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { qualifiedNameRule } from '../support/name-rules.ts'
import { createPod, readPod, type StoredPod, untilPhase } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const otherUid = '11111111-1111-1111-1111-111111111111'
const gates = (...names: string[]) => ({ schedulingGates: names.map((name) => ({ name })) })
const bind = (api: RawApi, namespace: string, name: string, target: object, metadata: object = { name }) =>
  api.post(podsPath(namespace, name, 'binding'), { metadata, target })
const conflict = (why: string) =>
  refusal(409, 'Conflict', `Operation cannot be fulfilled on pods/binding "p": ${why}`, {
    name: 'p',
    kind: 'pods/binding',
  })
const change = (api: RawApi, namespace: string, spec: object) =>
  api.patch<StoredPod>(podsPath(namespace, 'p'), 'merge', { spec })

conformance('binding', {}, (it) => {
  it('gives a pod its node, and its own labels and annotations, once', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { labels: { a: '1' } }))
    const metadata = { name: 'p', labels: { b: '2' }, annotations: { c: '3' } }
    const { status, body } = await bind(api, namespace, 'p', { kind: 'Node', name: 'n' }, metadata)
    expect([status, body]).toEqual([
      201,
      { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
    ])
    const pod = await readPod(api, namespace, 'p')
    expect(pod?.spec?.nodeName).toBe('n')
    expect(pod?.metadata).toMatchObject({ labels: { a: '1', b: '2' }, annotations: { c: '3' }, generation: 1 })
    expect(pod?.status.conditions).toEqual([expect.objectContaining({ type: 'PodScheduled', status: 'True' })])
    expect((await bind(api, namespace, 'p', { name: 'n' })).body).toEqual(
      conflict('pod p is already assigned to node "n"'),
    )
    await api.delete(podsPath(namespace, 'p'), { gracePeriodSeconds: 0 })
  })

  it('waits for the last gate', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { spec: gates('davit.test/a') }))
    expect((await bind(api, namespace, 'p', { name: 'n' })).body).toEqual(
      conflict('pod p has non-empty .spec.schedulingGates'),
    )
  })

  it('is not of a pod that is being deleted', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { finalizers: ['davit.test/keep'] }))
    await api.delete(podsPath(namespace, 'p'))
    expect((await bind(api, namespace, 'p', { name: 'n' })).body).toEqual(
      conflict('pod p is being deleted, cannot be assigned to a host'),
    )
    await api.patch(podsPath(namespace, 'p'), 'merge', { metadata: { finalizers: null } })
  })

  it.for<readonly [title: string, target: object, metadata: object, refused: object]>([
    ['no node', {}, { name: 'p' }, refusal(500, null, 'target.name: Required value')],
    [
      'another kind',
      { kind: 'Pod', name: 'n' },
      { name: 'p' },
      refusal(500, null, 'target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>"'),
    ],
    ['another name', { name: 'n' }, { name: 'q' }, badRequest('name in URL does not match name in Binding object')],
    [
      'another namespace',
      { name: 'n' },
      { name: 'p', namespace: 'elsewhere' },
      badRequest('the namespace of the provided object does not match the namespace sent on the request'),
    ],
    [
      'another pod of the name',
      { name: 'n' },
      { name: 'p', uid: otherUid },
      expect.objectContaining({
        code: 409,
        message: expect.stringContaining(`Precondition failed: UID in precondition: ${otherUid}, UID in object meta: `),
      }),
    ],
  ])('refuses %s', async ([, target, metadata, refused], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    expect((await bind(api, namespace, 'p', target, metadata)).body).toEqual(refused)
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('refuses what is not there', async ({ api, namespace }) => {
    expect((await bind(api, namespace, 'nope', { name: 'n' })).body).toEqual(notFound('pods', 'nope'))
  })
})

conformance('scheduling gates', {}, (it) => {
  it('go one by one, in any order, and none comes back', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { spec: gates('davit.test/a', 'davit.test/b') }))
    const reordered = await change(api, namespace, gates('davit.test/b', 'davit.test/a'))
    expect([reordered.body.spec, reordered.body.metadata.generation]).toMatchObject([
      gates('davit.test/b', 'davit.test/a'),
      2,
    ])
    expect((await change(api, namespace, gates('davit.test/a'))).status).toBe(200)
    const open = await change(api, namespace, { schedulingGates: null })
    expect([open.body.spec, open.body.metadata.generation]).toEqual([
      expect.not.objectContaining({ schedulingGates: expect.anything() }),
      4,
    ])
    const name = 'davit.test/c'
    expect((await change(api, namespace, gates(name))).body).toEqual(
      invalid({ kind: 'Pod', name: 'p' }, [
        'Forbidden',
        'spec.schedulingGates[0].name',
        `Forbidden: only deletion is allowed, but found new scheduling gate '${name}'`,
      ]),
    )
  })

  it('let a pod be told more exactly where to go', async ({ api, namespace }) => {
    const spec = { ...gates('davit.test/a'), nodeSelector: { a: '1' } }
    await createPod(api, namespace, unboundPod('p', { spec }))
    const more = await change(api, namespace, { nodeSelector: { b: '2' } })
    expect([more.body.spec?.nodeSelector, more.body.metadata.generation]).toEqual([{ a: '1', b: '2' }, 2])
    const terms = (...keys: string[]) => {
      const nodeSelectorTerms = [{ matchExpressions: keys.map((key) => ({ key, operator: 'Exists' })) }]
      return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } } } }
    }
    expect((await change(api, namespace, terms('x'))).status).toBe(200)
    expect((await change(api, namespace, terms('x', 'y'))).status).toBe(200)
    const path = 'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms'
    expect((await change(api, namespace, terms('y'))).body).toMatchObject({
      code: 422,
      details: { causes: [{ field: `${path}[0]` }] },
    })
    await change(api, namespace, { schedulingGates: null })
    expect((await change(api, namespace, { nodeSelector: { c: '3' } })).body).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'spec' }] },
    })
  })

  it.for<readonly [nodeSelector: object, shown: string]>([
    [{ a: '2' }, '{"a":"2"}'],
    [{ a: null, b: '2' }, '{"b":"2"}'],
  ])('do not let a pod be told something else: %j', async ([nodeSelector, shown], { api, namespace }) => {
    await createPod(api, namespace, unboundPod('p', { spec: { ...gates('davit.test/a'), nodeSelector: { a: '1' } } }))
    expect((await change(api, namespace, { nodeSelector })).body).toEqual(
      invalid({ kind: 'Pod', name: 'p' }, [
        'Invalid',
        'spec.nodeSelector',
        `Invalid value: ${shown}: only additions to spec.nodeSelector are allowed (no mutations or deletions)`,
      ]),
    )
  })

  it.for<readonly [title: string, spec: object, cause: Cause]>([
    ['one twice', gates('a', 'a'), ['Duplicate', 'spec.schedulingGates[1]', 'Duplicate value: "a"']],
    [
      'a name of two words',
      gates('A b'),
      ['Invalid', 'spec.schedulingGates[0]', `Invalid value: "A b": ${qualifiedNameRule}`],
    ],
    [
      'a node already',
      { ...gates('a'), nodeName: 'n' },
      ['Forbidden', 'spec.nodeName', 'Forbidden: cannot be set until all schedulingGates have been cleared'],
    ],
  ])('are refused with %s', async ([, spec, cause], { api, namespace }) => {
    const { body } = await api.post(podsPath(namespace), unboundPod('p', { spec }))
    expect(body).toEqual(invalid({ kind: 'Pod', name: 'p' }, cause))
  })
})

conformance('scheduling gates of pods that run', { needs: ['scriptedPods'] }, (it) => {
  it('hold a pod until the last is gone', async ({ api, namespace, backend }) => {
    const spec = { ...gates('davit.test/a', 'davit.test/b'), nodeSelector: backend.nodeSelector }
    await createPod(api, namespace, scriptedPod('p', { runMs: 1 }, { spec }))
    // One that is created later is through before it.
    await createPod(api, namespace, scriptedPod('q', { runMs: 1 }, { spec: { nodeSelector: backend.nodeSelector } }))
    await untilPhase(api, namespace, 'q', 'Succeeded')
    expect((await readPod(api, namespace, 'p'))?.spec?.nodeName).toBeUndefined()
    await change(api, namespace, gates('davit.test/b'))
    await change(api, namespace, { schedulingGates: null })
    const { status } = await untilPhase(api, namespace, 'p', 'Succeeded')
    expect(status.conditions).toContainEqual(expect.objectContaining({ type: 'PodScheduled', status: 'True' }))
  })
})
