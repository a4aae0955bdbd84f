import { expect } from 'vitest'
import { podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createPod } from '../support/pods-by-api.ts'
import { badRequest, type Cause, invalid, notFound } from '../support/status-bodies.ts'
import { unboundPod } from '../support/test-pod.ts'

const twoContainers = unboundPod('p', {
  spec: {
    initContainers: [{ name: 'ini', image: 'busybox' }],
    containers: [
      { name: 'base', image: 'busybox' },
      { name: 'two', image: 'busybox' },
    ],
  },
})

conformance('log', {}, (it) => {
  it('is empty of a pod that no node has', async ({ api, namespace }) => {
    await createPod(api, namespace, unboundPod('p'))
    const { status, text } = await api.get(podsPath(namespace, 'p', 'log'))
    expect([status, text]).toEqual([204, ''])
  })

  it('is not there without a pod', async ({ api, namespace }) => {
    expect((await api.get(podsPath(namespace, 'nope', 'log'))).body).toEqual(notFound('pods', 'nope'))
  })

  const option = (field: string, text: string): object => {
    const cause: Cause = [text.startsWith('Forbidden') ? 'Forbidden' : 'Invalid', field, text]
    return invalid({ kind: 'PodLogOptions', name: 'p' }, cause)
  }

  it.for<readonly [query: Record<string, string>, body: object]>([
    [{}, badRequest('a container name must be specified for pod p, choose one of: [ini base two]')],
    [{ container: 'nope' }, badRequest('container nope is not valid for pod p')],
    [
      { container: 'base', tailLines: '-1' },
      option('tailLines', 'Invalid value: -1: must be greater than or equal to 0'),
    ],
    [{ container: 'base', tailLines: 'abc' }, badRequest('strconv.ParseInt: parsing "abc": invalid syntax')],
    [{ container: 'base', sinceSeconds: '0' }, option('sinceSeconds', 'Invalid value: 0: must be greater than 0')],
    [{ container: 'base', limitBytes: '0' }, option('limitBytes', 'Invalid value: 0: must be greater than 0')],
    [
      { container: 'base', sinceSeconds: '1', sinceTime: '2026-01-01T00:00:00Z' },
      option('[]', 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified'),
    ],
  ])('is refused for %j', async ([query, refused], { api, namespace }) => {
    await createPod(api, namespace, twoContainers)
    expect((await api.get(withQuery(podsPath(namespace, 'p', 'log'), query))).body).toEqual(refused)
  })
})
