import { expect } from 'vitest'
import { inNamespace, podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { labelNameRule } from '../support/name-rules.ts'
import { createPod } from '../support/pods-by-api.ts'
import { invalid, notFound, refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const path = (name: string) => `/api/v1/namespaces/${name}`

conformance('namespaces', {}, (it) => {
  it('are active, and named by a label', async ({ api, namespace }) => {
    const { body } = await api.get<{ metadata: { managedFields?: unknown } }>(path(namespace))
    const { managedFields: _, ...metadata } = body.metadata
    expect({ ...body, metadata }).toEqual({
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: {
        name: namespace,
        uid: expect.any(String),
        resourceVersion: expect.stringMatching(/^\d+$/),
        creationTimestamp: expect.any(String),
        labels: { 'kubernetes.io/metadata.name': namespace },
      },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    })
  })

  it('have a service account and the authority of the cluster', async ({ api, namespace }) => {
    const account = await api.get(inNamespace(namespace, 'serviceaccounts', 'default'))
    expect(account.body).toMatchObject({ kind: 'ServiceAccount', metadata: { name: 'default', namespace } })
    const authority = await eventually(async () => {
      const answer = await api.get<{ data: Record<string, string> }>(
        inNamespace(namespace, 'configmaps', 'kube-root-ca.crt'),
      )
      return answer.status === 200 ? answer.body.data : null
    })
    expect(authority['ca.crt']).toContain('BEGIN CERTIFICATE')
  })

  it('take labels', async ({ api, namespace }) => {
    const { body } = await api.patch(path(namespace), 'merge', { metadata: { labels: { a: '1' } } })
    expect(body).toMatchObject({ metadata: { labels: { a: '1', 'kubernetes.io/metadata.name': namespace } } })
  })

  it('are not named in capitals', async ({ api }) => {
    const name = 'A.b'
    const { body } = await api.post('/api/v1/namespaces', { metadata: { name } })
    const cause = ['Invalid', 'metadata.name', `Invalid value: "${name}": ${labelNameRule}`] as const
    expect(body).toEqual(invalid({ kind: 'Namespace', name }, cause))
  })

  it('exist once', async ({ api, namespace }) => {
    const { body } = await api.post('/api/v1/namespaces', { metadata: { name: namespace } })
    const details = { name: namespace, kind: 'namespaces' }
    expect(body).toEqual(refusal(409, 'AlreadyExists', `namespaces "${namespace}" already exists`, details))
  })

  it.for(['default', 'kube-system'])('%s stays', async (name, { api }) => {
    expect((await api.delete(path(name))).body).toEqual(
      refusal(403, 'Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`, {
        name,
        kind: 'namespaces',
      }),
    )
  })

  it('take their pods and maps with them', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    await api.post(inNamespace(namespace, 'configmaps'), { metadata: { name: 'c' } })
    const { status, body } = await api.delete(path(namespace))
    expect([status, body]).toEqual([
      200,
      expect.objectContaining({ kind: 'Namespace', status: expect.objectContaining({ phase: 'Terminating' }) }),
    ])
    expect(body).toMatchObject({ metadata: { deletionTimestamp: expect.any(String) } })
    await eventually(async () => (await api.get(path(namespace))).status === 404, { withinMs: 30_000 })
    expect((await api.get(path(namespace))).body).toEqual(notFound('namespaces', namespace))
    expect((await api.get(podsPath(namespace, 'p'))).body).toEqual(notFound('pods', 'p'))
    expect((await api.get(inNamespace(namespace, 'configmaps'))).body).toMatchObject({ items: [] })
  })

  it('take nothing new once they end', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('keeper', { finalizers: ['davit.test/keep'] }))
    await api.delete(path(namespace))
    const { body } = await eventually(async () => {
      const answer = await api.post(podsPath(namespace), unboundPod('late'))
      return answer.status === 403 ? answer : null
    })
    expect(body).toEqual(
      refusal(
        403,
        'Forbidden',
        `pods "late" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
        {
          name: 'late',
          kind: 'pods',
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${namespace} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      ),
    )
    await api.patch(podsPath(namespace, 'keeper'), 'merge', { metadata: { finalizers: null } })
    await eventually(async () => (await api.get(path(namespace))).status === 404, { withinMs: 30_000 })
  })
})
