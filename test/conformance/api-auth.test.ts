import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const unauthorized = refusal(401, 'Unauthorized', 'Unauthorized')

const anonymous = (namespace: string) =>
  refusal(
    403,
    'Forbidden',
    `pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
    { kind: 'pods' },
  )

conformance('who is let in', {}, (it) => {
  it('refuses a wrong token, for whatever is asked', async ({ api, namespace }) => {
    const options = { token: 'wrong' }
    const answers = [
      await api.get(podsPath(namespace), options),
      await api.post(podsPath(namespace), unboundPod('p'), options),
      await api.delete(podsPath(namespace, 'p'), undefined, options),
      await api.get('/version', options),
      await api.get('/nonsense', options),
    ]
    for (const { status, body } of answers) expect([status, body]).toEqual([401, unauthorized])
  })

  it.for(['/version', '/livez', '/readyz', '/healthz'])('answers everyone at %s', async (path, { api }) => {
    expect((await api.get(path, { token: null })).status).toBe(200)
  })

  it('refuses a watch with a wrong token', async ({ api, namespace }) => {
    using watch = api.watch(`${podsPath(namespace)}?watch=true`, { token: 'wrong' })
    expect(await watch.status()).toBe(401)
  })

  it.for(['Bearer wrong', 'bearer wrong', 'Bearer a b'])('refuses %j', async (authorization, { api, namespace }) => {
    const { status, body } = await api.get(podsPath(namespace), { token: null, headers: { authorization } })
    expect([status, body]).toEqual([401, unauthorized])
  })

  it.for(['Bearer ', 'Bearer', 'Basic abc', 'Digest x', 'nonsense'])(
    'sees no credentials in %j',
    async (authorization, { api, namespace }) => {
      const { status, body } = await api.get(podsPath(namespace), { token: null, headers: { authorization } })
      expect([status, body]).toEqual([403, anonymous(namespace)])
    },
  )

  it.for(['/', '/api', '/apis', '/api/v1', '/openapi/v2', '/openapi/v3', '/nonsense'])(
    'shows those without credentials nothing at %s',
    async (path, { api }) => {
      const { status, body } = await api.get(path, { token: null })
      const text = `forbidden: User "system:anonymous" cannot get path "${path}"`
      expect([status, body]).toEqual([403, refusal(403, 'Forbidden', text, {})])
    },
  )

  it.for(['nodes', 'namespaces'])('shows them no %s', async (plural, { api }) => {
    const text = `${plural} is forbidden: User "system:anonymous" cannot list resource "${plural}" in API group "" at the cluster scope`
    expect((await api.get(`/api/v1/${plural}`, { token: null })).body).toEqual(
      refusal(403, 'Forbidden', text, { kind: plural }),
    )
  })

  it('shows them no namespace', async ({ api, namespace: name }) => {
    const text = `namespaces "${name}" is forbidden: User "system:anonymous" cannot get resource "namespaces" in API group "" in the namespace "${name}"`
    expect((await api.get(`/api/v1/namespaces/${name}`, { token: null })).body).toEqual(
      refusal(403, 'Forbidden', text, { name, kind: 'namespaces' }),
    )
  })

  it('takes those who show no credentials for a user without rights', async ({ api, namespace }) => {
    const { status, body } = await api.get(podsPath(namespace), { token: null })
    expect([status, body]).toEqual([403, anonymous(namespace)])
  })
})
