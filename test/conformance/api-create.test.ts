import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod, readPod } from '../support/pods-by-api.ts'
import { invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const uidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const priorityText =
  'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name'
const secondsPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

conformance('create', {}, (it) => {
  it('answers with the pod, whole, with the defaults', async ({ api, namespace }) => {
    const spec = { automountServiceAccountToken: false }
    const { status, body } = await api.post<{ metadata: { managedFields?: unknown } }>(
      podsPath(namespace),
      unboundPod('p', { spec, labels: { a: 'b' } }),
    )
    expect(status).toBe(201)
    const { managedFields: _, ...metadata } = body.metadata
    expect({ ...body, metadata }).toEqual({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: {
        name: 'p',
        namespace,
        uid: expect.stringMatching(uidPattern),
        resourceVersion: expect.stringMatching(/^[1-9]\d*$/),
        generation: 1,
        creationTimestamp: expect.stringMatching(secondsPattern),
        labels: { a: 'b' },
      },
      spec: {
        containers: [
          {
            name: 'base',
            image: 'busybox',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'Always',
          },
        ],
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        serviceAccountName: 'default',
        serviceAccount: 'default',
        automountServiceAccountToken: false,
        securityContext: {},
        schedulerName: 'nobody',
        tolerations: ['not-ready', 'unreachable'].map((condition) => ({
          key: `node.kubernetes.io/${condition}`,
          operator: 'Exists',
          effect: 'NoExecute',
          tolerationSeconds: 300,
        })),
        priority: 0,
        enableServiceLinks: true,
        preemptionPolicy: 'PreemptLowerPriority',
      },
      status: { phase: 'Pending', qosClass: 'BestEffort' },
    })
  })

  it.for<readonly [title: string, given: Partial<PodSpec> & Partial<Container>, expected: object]>([
    ['no tag', { image: 'busybox' }, { imagePullPolicy: 'Always' }],
    ['the tag latest', { image: 'busybox:latest' }, { imagePullPolicy: 'Always' }],
    ['another tag', { image: 'localhost:5000/busybox:1' }, { imagePullPolicy: 'IfNotPresent' }],
    ['a digest', { image: `busybox@sha256:${'a'.repeat(64)}` }, { imagePullPolicy: 'IfNotPresent' }],
    [
      'limits only',
      { resources: { limits: { cpu: '0.5' } } },
      { resources: { limits: { cpu: '500m' }, requests: { cpu: '500m' } } },
    ],
    ['a port', { ports: [{ containerPort: 80 }] }, { ports: [{ containerPort: 80, protocol: 'TCP' }] }],
    [
      'a field reference',
      { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] },
      { env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } }] },
    ],
  ])('fills in a container with %s', async ([, given, expected], { api, namespace }) => {
    const { spec } = await createPod(api, namespace, unboundPod('p', { container: given }))
    expect(spec?.containers[0]).toMatchObject(expected)
  })

  it.for<readonly [given: object, qosClass: string]>([
    [{ requests: { cpu: '1' } }, 'Burstable'],
    [{ limits: { cpu: '1' } }, 'Burstable'],
    [{ limits: { cpu: '1', memory: '1Gi' } }, 'Guaranteed'],
    [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1000m', memory: '1024Mi' } }, 'Guaranteed'],
    [{ limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '0.5' } }, 'Burstable'],
  ])('gives a pod with %j its class', async ([resources, qosClass], { api, namespace }) => {
    const { status } = await createPod(api, namespace, unboundPod('p', { container: { resources } }))
    expect(status.qosClass).toBe(qosClass)
  })

  it('restarts pods that do not say', async ({ api, namespace }) => {
    const { spec } = await createPod(api, namespace, {
      metadata: { name: 'p' },
      spec: { schedulerName: 'nobody', containers: [{ name: 'base', image: 'busybox' }] },
    })
    expect(spec?.restartPolicy).toBe('Always')
  })

  it('fills in the types of volumes', async ({ api, namespace }) => {
    const volumes = [
      { name: 'a', configMap: { name: 'c' } },
      { name: 'b', secret: { secretName: 's' } },
      { name: 'c', emptyDir: {} },
      { name: 'd' },
    ]
    const spec = { volumes, automountServiceAccountToken: false }
    const created = await createPod(api, namespace, unboundPod('p', { spec }))
    expect(created.spec?.volumes).toEqual([
      { name: 'a', configMap: { name: 'c', defaultMode: 420 } },
      { name: 'b', secret: { secretName: 's', defaultMode: 420 } },
      { name: 'c', emptyDir: {} },
      { name: 'd', emptyDir: {} },
    ])
  })

  it('holds back a pod with scheduling gates', async ({ api, namespace }) => {
    const spec = { schedulingGates: [{ name: 'davit.test/gate' }] }
    const { status } = await createPod(api, namespace, unboundPod('p', { spec }))
    expect(status.conditions).toEqual([
      expect.objectContaining({
        type: 'PodScheduled',
        status: 'False',
        reason: 'SchedulingGated',
        message: 'Scheduling is blocked due to non-empty scheduling gates',
      }),
    ])
  })

  it('does not take what only the server sets', async ({ api, namespace }) => {
    const pod = unboundPod('p')
    const wish = {
      uid: '11111111-1111-1111-1111-111111111111',
      creationTimestamp: '2001-01-01T00:00:00Z',
      deletionTimestamp: '2001-01-01T00:00:00Z',
      generation: 7,
    }
    const { metadata, status } = await createPod(api, namespace, {
      ...pod,
      metadata: { ...pod.metadata, ...wish },
      status: { phase: 'Succeeded', reason: 'Mine' },
    })
    expect(metadata.uid).not.toBe(wish.uid)
    expect(metadata.creationTimestamp).not.toBe(wish.creationTimestamp)
    expect([metadata.deletionTimestamp, metadata.generation]).toEqual([undefined, 1])
    expect(status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' })
  })

  it('makes names from generateName', async ({ api, namespace }) => {
    const create = () => createPod(api, namespace, { ...unboundPod(''), metadata: { generateName: 'task-' } })
    const made = [await create(), await create()].map(({ metadata }) => metadata)
    for (const { name, generateName } of made) {
      expect(name).toMatch(/^task-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
      expect(generateName).toBe('task-')
    }
    expect(made[0]?.name).not.toBe(made[1]?.name)
  })

  it('keeps generated names within 63 characters', async ({ api, namespace }) => {
    const { metadata } = await createPod(api, namespace, {
      ...unboundPod(''),
      metadata: { generateName: 'a'.repeat(70) },
    })
    expect(metadata.name).toMatch(/^a{58}[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  })

  it('answers a dry run with the pod, and stores nothing', async ({ api, namespace }) => {
    const { status, body } = await api.post<{ metadata: object }>(
      withQuery(podsPath(namespace), { dryRun: 'All' }),
      unboundPod('p'),
    )
    expect(status).toBe(201)
    expect(body).toMatchObject({ metadata: { name: 'p', uid: expect.stringMatching(uidPattern) } })
    expect(body.metadata).not.toHaveProperty('resourceVersion')
    expect(await readPod(api, namespace, 'p')).toBeNull()
  })

  it('refuses a name that is taken, in a dry run too', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const expected = {
      status: 409,
      body: refusal(409, 'AlreadyExists', 'pods "p" already exists', { name: 'p', kind: 'pods' }),
    }
    expect(await api.post(podsPath(namespace), unboundPod('p'))).toMatchObject(expected)
    expect(await api.post(withQuery(podsPath(namespace), { dryRun: 'All' }), unboundPod('p'))).toMatchObject(expected)
  })

  it.for(['pods', 'configmaps'])('refuses %s in a namespace that is not there', async (plural, { api }) => {
    const object = plural === 'pods' ? unboundPod('p') : { metadata: { name: 'c' } }
    const { body } = await api.post(inNamespace('davit-nowhere', plural), object)
    expect(body).toEqual(notFound('namespaces', 'davit-nowhere'))
  })

  it.for<readonly [spec: Partial<PodSpec>, text: (namespace: string) => string]>([
    [{ priorityClassName: 'nope' }, () => 'no PriorityClass with name nope was found'],
    [
      { serviceAccountName: 'nope' },
      (namespace) => `error looking up service account ${namespace}/nope: serviceaccount "nope" not found`,
    ],
    [
      { serviceAccountName: 'nope', priorityClassName: 'nope', runtimeClassName: 'nope' },
      (namespace) => `error looking up service account ${namespace}/nope: serviceaccount "nope" not found`,
    ],
    [{ priority: 5 }, () => priorityText],
    [{ runtimeClassName: 'nope' }, () => 'pod rejected: RuntimeClass "nope" not found'],
    [
      { overhead: { cpu: '1' } },
      () => 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead',
    ],
  ])('refuses a pod of %j', async ([spec, text], { api, namespace }) => {
    const { body } = await api.post(podsPath(namespace), unboundPod('p', { spec }))
    expect(body).toEqual(
      refusal(403, 'Forbidden', `pods "p" is forbidden: ${text(namespace)}`, { name: 'p', kind: 'pods' }),
    )
  })
})

conformance('containers that come later', {}, (it) => {
  it('are not there at first', async ({ api, namespace }) => {
    const spec = { ephemeralContainers: [{ name: 'debugger', image: 'busybox' }] }
    const { body } = await api.post(podsPath(namespace), unboundPod('p', { spec }))
    const cause = ['Forbidden', 'spec.ephemeralContainers', 'Forbidden: cannot be set on create'] as const
    expect(body).toEqual(invalid({ kind: 'Pod', name: 'p' }, cause))
  })
})

conformance('the service account of a pod', { needs: ['serviceAccountTokens'] }, (it) => {
  it('is mounted: token, authority and namespace', async ({ api, namespace }) => {
    const { spec } = await createPod(api, namespace, unboundPod('p'))
    const name = spec?.volumes?.[0]?.name
    expect(name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    expect(spec?.volumes).toEqual([
      {
        name,
        projected: {
          defaultMode: 420,
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
        },
      },
    ])
    expect(spec?.containers[0]?.volumeMounts).toEqual([
      { name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
    ])
  })
})
