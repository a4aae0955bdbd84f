import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { refusal } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const unauthorized = refusal(401, 'Unauthorized', 'Unauthorized')

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

  it('takes those who show no credentials for a user without rights', async ({ api, namespace }) => {
    const { status, body } = await api.get(podsPath(namespace), { token: null })
    expect([status, body]).toEqual([
      403,
      refusal(
        403,
        'Forbidden',
        `pods is forbidden: User "system:anonymous" cannot list resource "pods" in API group "" in the namespace "${namespace}"`,
        { kind: 'pods' },
      ),
    ])
  })
})
