import { expect } from 'vitest'
import { startAnswerLosingProxy } from '../support/answer-losing-proxy.ts'
import { createPod } from '../support/pods-by-api.ts'
import { type PythonEvent, startPythonClient } from '../support/python-client.ts'
import { pythonConformance } from '../support/python-conformance.ts'
import { testEvent } from '../support/test-event.ts'
import { unboundPod } from '../support/test-pod.ts'

const named = ({ type, object }: PythonEvent) => `${type} ${object.metadata.name}`

/** All but the errors, in the order in which its handlers were told. */
const told = ({ items }: { readonly items: readonly PythonEvent[] }) =>
  items.filter(({ type }) => type !== 'ERROR').map(named)

pythonConformance('informer', {}, (it) => {
  it('lists what is there, then follows', async ({ python, api, namespace }) => {
    await createPod(api, namespace, unboundPod('a', { labels: { set: '1' } }))
    const informer = python.inform('CoreV1Api.list_namespaced_pod', { namespace, label_selector: 'set' })
    await expect.poll(() => told(informer)).toEqual(['ADDED a'])
    await createPod(api, namespace, unboundPod('other'))
    await createPod(api, namespace, unboundPod('b', { labels: { set: '1' } }))
    await python.call('CoreV1Api.delete_namespaced_pod', { name: 'a', namespace })
    await expect.poll(() => told(informer)).toEqual(['ADDED a', 'ADDED b', 'MODIFIED a', 'DELETED a'])
  })

  it('goes on where it was after a broken connection', async ({ backend, api, namespace }) => {
    await using proxy = await startAnswerLosingProxy(backend.kubeconfig, () => false)
    await using python = await startPythonClient(proxy.kubeconfig)
    await createPod(api, namespace, unboundPod('a'))
    const informer = python.inform('CoreV1Api.list_namespaced_pod', { namespace })
    await expect.poll(() => told(informer)).toEqual(['ADDED a'])
    proxy.breakConnections()
    await createPod(api, namespace, unboundPod('b'))
    await expect.poll(() => told(informer)).toEqual(['ADDED a', 'ADDED b'])
  })
})

pythonConformance('informer after 410', { needs: ['compaction'] }, (it) => {
  it('lists again and finds what it missed', async ({ python, backend, namespace }) => {
    let loseWatches = false
    const loses = ({ path }: { path: string }) => loseWatches && path.includes('watch=')
    await using proxy = await startAnswerLosingProxy(backend.kubeconfig, loses)
    await using behind = await startPythonClient(proxy.kubeconfig)
    const create = (name: string) =>
      python.call('CoreV1Api.create_namespaced_event', { namespace, body: testEvent(namespace, name) })
    for (const name of ['a', 'b']) await create(name)
    const informer = behind.inform('CoreV1Api.list_namespaced_event', { namespace })
    await expect.poll(() => told(informer)).toEqual(['ADDED a', 'ADDED b'])
    loseWatches = true
    proxy.breakConnections()
    await python.call('CoreV1Api.delete_namespaced_event', { name: 'a', namespace })
    await create('c')
    await backend.compactHistory()
    // What was asked for before that is not answered either.
    proxy.breakConnections()
    loseWatches = false
    // What it knew already it tells as changed.
    const all = ['ADDED a', 'ADDED b', 'DELETED a', 'MODIFIED b', 'ADDED c']
    await expect.poll(() => told(informer)).toEqual(all)
    expect(informer.items.flatMap(({ error }) => error?.status ?? [])).toEqual([410])
    await create('d')
    await expect.poll(() => told(informer)).toEqual([...all, 'ADDED d'])
  })
})
