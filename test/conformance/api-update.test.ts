import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod, type StoredPod } from '../support/pods-by-api.ts'
import { badRequest, type Cause, invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const otherUid = '11111111-1111-1111-1111-111111111111'
const modified = refusal(
  409,
  'Conflict',
  'Operation cannot be fulfilled on pods "p": the object has been modified; please apply your changes to the latest version and try again',
  { name: 'p', kind: 'pods' },
)

const withSpec = (pod: StoredPod, spec: object): Pod => ({
  ...pod,
  spec: { ...pod.spec, ...spec } as Pod['spec'] & object,
})
const withMetadata = (pod: StoredPod, metadata: object): Pod => ({ ...pod, metadata: { ...pod.metadata, ...metadata } })
const withContainer = (pod: StoredPod, container: object): Pod =>
  withSpec(pod, { containers: pod.spec?.containers.map((before) => ({ ...before, ...container })) })

conformance('update', {}, (it) => {
  it('replaces labels and annotations, under a new version', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p', { labels: { a: '1' } }))
    const { status, body } = await api.put<StoredPod>(
      podsPath(namespace, 'p'),
      withMetadata(before, { labels: { b: '2' }, annotations: { c: '3' } }),
    )
    expect(status).toBe(200)
    expect(body.metadata).toMatchObject({ uid: before.metadata.uid, generation: 1, annotations: { c: '3' } })
    expect(body.metadata.labels).toEqual({ b: '2' })
    expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(before.metadata.resourceVersion))
    expect(await readPod(api, namespace, 'p')).toEqual(body)
  })

  it('keeps the version when nothing changes', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { status, body } = await api.put<StoredPod>(podsPath(namespace, 'p'), before)
    expect([status, body.metadata.resourceVersion]).toEqual([200, before.metadata.resourceVersion])
  })

  it('takes an update that names no version', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { status } = await api.put(
      podsPath(namespace, 'p'),
      withMetadata(before, { resourceVersion: undefined, labels: { a: '1' } }),
    )
    expect(status).toBe(200)
  })

  it.for<readonly [title: string, spec: object]>([
    ['a deadline', { activeDeadlineSeconds: 1000 }],
    ['one more toleration', { tolerations: [{ key: 'a', operator: 'Exists' }] }],
  ])('takes %s, as a new generation', async ([, spec], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { status, body } = await api.put<StoredPod>(podsPath(namespace, 'p'), withSpec(before, spec))
    expect([status, body.metadata.generation]).toEqual([200, 2])
  })

  it('takes a new image, as a new generation', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { status, body } = await api.put<StoredPod>(podsPath(namespace, 'p'), withContainer(before, { image: 'a:1' }))
    expect([status, body.metadata.generation, body.spec?.containers[0]?.image]).toEqual([200, 2, 'a:1'])
  })

  it('puts back the tolerations that every pod has', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.put<StoredPod>(podsPath(namespace, 'p'), withSpec(before, { tolerations: [] }))
    expect(body.spec?.tolerations).toEqual(before.spec?.tolerations)
  })

  it('leaves the status alone, as an update of the status leaves everything else', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const wish = { ...withMetadata(before, { labels: { a: '1' } }), status: { phase: 'Failed', reason: 'Mine' } }
    const whole = await api.put<StoredPod>(podsPath(namespace, 'p'), wish)
    expect([whole.body.status, whole.body.metadata.labels]).toEqual([before.status, { a: '1' }])
    const next = { ...whole.body, spec: { ...before.spec, activeDeadlineSeconds: 5 }, status: wish.status }
    const status = await api.put<StoredPod>(podsPath(namespace, 'p', 'status'), next)
    expect(status.body).toMatchObject({ status: { phase: 'Failed', reason: 'Mine' } })
    expect(status.body.spec?.activeDeadlineSeconds).toBeUndefined()
    expect(status.body.metadata.generation).toBe(1)
    expect((await api.get(podsPath(namespace, 'p', 'status'))).body).toEqual(status.body)
  })

  it('refuses an old version', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    await api.put(podsPath(namespace, 'p'), withMetadata(before, { labels: { a: '1' } }))
    const { body } = await api.put(podsPath(namespace, 'p'), withMetadata(before, { labels: { a: '2' } }))
    expect(body).toEqual(modified)
  })

  it('lets one of many writers of the same version win', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, writer) =>
        api.put(podsPath(namespace, 'p'), withMetadata(before, { labels: { writer: String(writer) } })),
      ),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 409)])
  })

  it.for(['', 'status'])('refuses another uid: %j', async (subresource, { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const path = podsPath(namespace, 'p', ...(subresource ? [subresource] : []))
    const { body } = await api.put(path, withMetadata(before, { uid: otherUid, labels: { a: '1' } }))
    expect(body).toEqual({
      ...modified,
      message: `Operation cannot be fulfilled on pods "p": StorageError: invalid object, Code: 4, Key: /registry/pods/${namespace}/p, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${otherUid}, UID in object meta: ${before.metadata.uid}`,
    })
  })

  it.for<readonly [title: string, metadata: object, body: object]>([
    [
      'another name',
      { name: 'other' },
      badRequest('the name of the object (other) does not match the name on the URL (p)'),
    ],
    [
      'a version that is no number',
      { resourceVersion: 'abc' },
      refusal(500, null, 'strconv.ParseUint: parsing "abc": invalid syntax'),
    ],
    [
      'a wrong label',
      { labels: { a: 'b'.repeat(64) } },
      {
        ...invalid({ kind: 'Pod', name: 'p' }, [
          'Invalid',
          'metadata.labels',
          `Invalid value: "${'b'.repeat(64)}": must be no more than 63 bytes`,
        ]),
        // Kubernetes finds the same cause four times.
        details: expect.objectContaining({ name: 'p', kind: 'Pod' }),
      },
    ],
  ])('refuses %s', async ([, metadata, refused], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.put(podsPath(namespace, 'p'), withMetadata(before, metadata))
    expect(body).toEqual(refused)
  })

  it.for<readonly [title: string, spec: object]>([
    ['restart policy', { restartPolicy: 'Always' }],
    ['node', { nodeName: 'n' }],
    ['service account', { serviceAccountName: 'other' }],
    ['environment', { containers: [{ name: 'base', env: [{ name: 'A', value: '1' }] }] }],
    ['requests', { containers: [{ name: 'base', resources: { requests: { cpu: '1' } } }] }],
    ['volumes', { volumes: [{ name: 'v', emptyDir: {} }] }],
    ['node selector', { nodeSelector: { a: 'b' } }],
    ['grace', { terminationGracePeriodSeconds: 5 }],
    ['scheduler', { schedulerName: 'other' }],
    ['priority', { priorityClassName: 'system-node-critical' }],
    ['hostname', { hostname: 'h' }],
  ])('never changes the %s', async ([, spec], { api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.patch(podsPath(namespace, 'p'), 'strategic', { spec })
    const message = expect.stringContaining(
      'Forbidden: pod updates may not change fields other than `spec.containers[*]',
    )
    expect(body).toMatchObject({ code: 422, details: { causes: [{ field: 'spec', message }] } })
    expect(await readPod(api, namespace, 'p')).toEqual(before)
  })

  it('counts each change of what may change as a generation', async ({ api, namespace }) => {
    const toleration = { key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 }
    const spec = {
      initContainers: [{ name: 'init', image: 'busybox:1' }],
      activeDeadlineSeconds: 100,
      tolerations: [toleration],
    }
    await createPod(api, namespace, unboundPod('p', { spec }))
    const changes: object[] = [
      { containers: [{ name: 'base', image: 'busybox:2' }] },
      { initContainers: [{ name: 'init', image: 'busybox:3' }] },
      { activeDeadlineSeconds: 50 },
      {
        tolerations: [
          { ...toleration, tolerationSeconds: 20 },
          { key: 'z', operator: 'Exists' },
        ],
      },
    ]
    for (const [index, change] of changes.entries()) {
      const { body } = await api.patch<StoredPod>(podsPath(namespace, 'p'), 'strategic', { spec: change })
      expect(body.metadata.generation).toBe(index + 2)
    }
  })

  it('refuses another command, with the fields that may change', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const { body } = await api.put<ReturnType<typeof invalid>>(
      podsPath(namespace, 'p'),
      withContainer(before, { command: ['true'] }),
    )
    const text =
      'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
    // A diff of the server's internal objects follows.
    expect(body).toMatchObject({
      code: 422,
      reason: 'Invalid',
      message: expect.stringContaining(`Pod "p" is invalid: spec: ${text}\n`),
      details: { causes: [{ reason: 'FieldValueForbidden', field: 'spec', message: expect.stringContaining(text) }] },
    })
  })

  it.for<readonly [title: string, change: (pod: StoredPod) => Pod, cause: Cause]>([
    [
      'one container more',
      (pod) => withSpec(pod, { containers: [...(pod.spec?.containers ?? []), { name: 'more', image: 'a' }] }),
      ['Forbidden', 'spec.containers', 'Forbidden: pod updates may not add or remove containers'],
    ],
    [
      'a longer deadline',
      (pod) => withSpec(pod, { activeDeadlineSeconds: 2000 }),
      ['Invalid', 'spec.activeDeadlineSeconds', 'Invalid value: 2000: must be less than or equal to previous value'],
    ],
    [
      'no deadline any more',
      (pod) => withSpec(pod, { activeDeadlineSeconds: undefined }),
      [
        'Invalid',
        'spec.activeDeadlineSeconds',
        'Invalid value: null: must not update from a positive integer to nil value',
      ],
    ],
    [
      'no deadline at all',
      (pod) => withSpec(pod, { activeDeadlineSeconds: 0 }),
      ['Invalid', 'spec.activeDeadlineSeconds', 'Invalid value: 0: must be between 1 and 2147483647, inclusive'],
    ],
    [
      'no init container any more',
      (pod) => withSpec(pod, { initContainers: undefined }),
      ['Forbidden', 'spec.initContainers', 'Forbidden: pod updates may not add or remove containers'],
    ],
    [
      'another toleration',
      (pod) => withSpec(pod, { tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }] }),
      [
        'Forbidden',
        'spec.tolerations',
        'Forbidden: existing toleration can not be modified except its tolerationSeconds',
      ],
    ],
  ])('refuses %s', async ([, change, cause], { api, namespace }) => {
    const spec = {
      activeDeadlineSeconds: 1000,
      initContainers: [{ name: 'init', image: 'busybox:1' }],
      tolerations: [{ key: 'k', operator: 'Exists' }],
    }
    const before = await createPod(api, namespace, unboundPod('p', { spec }))
    const { body } = await api.put(podsPath(namespace, 'p'), change(before))
    expect(body).toEqual(invalid({ kind: 'Pod', name: 'p' }, cause))
  })

  it('takes the versions "" and "0" for any', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    for (const resourceVersion of ['', '0']) {
      const next = withMetadata(before, { resourceVersion, labels: { a: `v${resourceVersion}` } })
      expect((await api.put(podsPath(namespace, 'p'), next)).status).toBe(200)
    }
  })

  it('leaves what only the server sets, and takes a generateName', async ({ api, namespace }) => {
    const before = await createPod(api, namespace, unboundPod('p'))
    const given = { creationTimestamp: '2001-01-01T00:00:00Z', generation: 7, selfLink: '/x', generateName: 'x-' }
    const { status, body } = await api.put<StoredPod>(podsPath(namespace, 'p'), withMetadata(before, given))
    expect([status, body.metadata.generateName]).toEqual([200, 'x-'])
    const { creationTimestamp, generation } = before.metadata
    expect(body.metadata).toMatchObject({ creationTimestamp, generation })
    expect(body.metadata).not.toHaveProperty('selfLink')
  })

  it('refuses what is not there', async ({ api, namespace }) => {
    expect((await api.put(podsPath(namespace, 'nope'), unboundPod('nope'))).body).toEqual(notFound('pods', 'nope'))
  })
})
