import {
  CoreV1Api,
  type CoreV1Event,
  type Informer,
  type KubeConfig,
  type KubernetesObject,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1Pod,
} from '@kubernetes/client-node'
import { expect } from 'vitest'
import { startAnswerLosingProxy } from '../support/answer-losing-proxy.ts'
import { inNamespace, podsPath } from '../support/api-paths.ts'
import { clientNodeConfig, clientNodePod } from '../support/client-node.ts'
import { conformance } from '../support/conformance.ts'
import { editKubeconfig } from '../support/edit-kubeconfig.ts'
import { testEvent } from '../support/test-event.ts'

conformance('the informer of @kubernetes/client-node', {}, (plainIt) => {
  const it = plainIt
    .extend('pods', async ({ backend, namespace }) => podsOf(clientNodeConfig(backend.kubeconfig), namespace))
    .extend('watched', async ({ backend, namespace }, { onCleanup }) => {
      const watched = watchPods(clientNodeConfig(backend.kubeconfig), namespace)
      onCleanup(() => watched.informer.stop())
      return watched
    })

  it('lists what is there, then follows', async ({ pods, watched }) => {
    await pods.create('a', { set: '1' })
    await watched.informer.start()
    await expect.poll(watched.seen).toEqual(['connect', 'add a 1'])
    await pods.create('b', { set: '1' })
    await pods.label('a', { more: '1' })
    await pods.delete('a')
    // A deletion is two events: its timestamp, and that it has gone.
    await expect.poll(watched.seen).toEqual(['connect', 'add a 1', 'add b 1', 'update a 1', 'update a 1', 'delete a 1'])
    expect(watched.names()).toEqual(['b'])
  })

  it('sees what enters and leaves its selector', async ({ pods, watched }) => {
    await pods.create('a')
    await pods.create('b', { set: '1' })
    await watched.informer.start()
    await expect.poll(watched.seen).toEqual(['connect', 'add b 1'])
    await pods.label('a', { set: '2' })
    await pods.label('b', { set: null })
    // What leaves comes as it was before.
    await expect.poll(watched.seen).toEqual(['connect', 'add b 1', 'add a 2', 'delete b 1'])
    expect(watched.names()).toEqual(['a'])
  })

  it('says nothing of other namespaces, and nothing twice', async ({ pods, watched, api }) => {
    await watched.informer.start()
    await pods.create('a', { set: '1' })
    // Changes nothing, so that there is no event.
    await pods.label('a', { set: '1' })
    await api.post(podsPath('default'), { ...clientNodePod('elsewhere', { labels: { set: '1' } }) })
    await api.delete(podsPath('default', 'elsewhere'))
    await pods.create('b', { set: '1' })
    await expect.poll(watched.seen).toEqual(['connect', 'add a 1', 'add b 1'])
  })
})

conformance('the informer of @kubernetes/client-node, after 410', { needs: ['compaction'] }, (it) => {
  it('lists again and finds what it missed', async ({ backend, namespace }) => {
    const config = clientNodeConfig(backend.kubeconfig)
    const core = config.makeApiClient(CoreV1Api)
    const create = (name: string) => core.createNamespacedEvent({ namespace, body: testEvent(namespace, name) })
    await create('a')
    await create('b')
    let lists = 0
    const list = async () => {
      const listed = await core.listNamespacedEvent({ namespace })
      lists += 1
      if (lists === 1) {
        // By the time that it watches, the version that it has listed is gone.
        await core.deleteNamespacedEvent({ namespace, name: 'a' })
        await create('c')
        await backend.compactHistory()
      }
      return listed
    }
    const informer = makeInformer<CoreV1Event>(config, inNamespace(namespace, 'events'), list)
    const seen = recordOf(informer)
    try {
      await informer.start()
      await expect.poll(() => seen).toEqual(['connect', 'add a', 'add b', 'connect', 'delete a', 'add c'])
      await core.deleteNamespacedEvent({ namespace, name: 'b' })
      await expect.poll(() => seen.at(-1)).toBe('delete b')
      expect(informer.list(namespace).map(({ metadata }) => metadata.name)).toEqual(['c'])
      expect(lists).toBe(2)
    } finally {
      await informer.stop()
    }
  })
})

conformance('the informer of @kubernetes/client-node, after a broken connection', {}, (it) => {
  it('says so, and goes on where it was when it is started again', async ({ backend, namespace }) => {
    await using proxy = await startAnswerLosingProxy(backend.kubeconfig, () => false)
    const pods = podsOf(clientNodeConfig(backend.kubeconfig), namespace)
    const watched = watchPods(clientNodeConfig(proxy.kubeconfig), namespace)
    try {
      await pods.create('a', { set: '1' })
      await watched.informer.start()
      await expect.poll(watched.seen).toEqual(['connect', 'add a 1'])
      proxy.breakConnections()
      await expect.poll(watched.seen).toEqual(['connect', 'add a 1', 'error'])
      await pods.create('b', { set: '1' })
      await pods.delete('a')
      // Its users start it again: it does not by itself.
      await watched.informer.start()
      await expect
        .poll(watched.seen)
        .toEqual(['connect', 'add a 1', 'error', 'connect', 'add b 1', 'update a 1', 'delete a 1'])
      expect(watched.names()).toEqual(['b'])
    } finally {
      await watched.informer.stop()
    }
  })

  it('says that it may not', async ({ backend, namespace }) => {
    const config = clientNodeConfig(editKubeconfig(backend.kubeconfig, { token: 'wrong' }))
    const watched = watchPods(config, namespace)
    await watched.informer.start()
    expect(watched.seen()).toEqual(['connect', 'error 401'])
  })
})

/** An informer of the pods with the label `set`, and what it has said so far. */
function watchPods(config: KubeConfig, namespace: string) {
  const core = config.makeApiClient(CoreV1Api)
  const list = () => core.listNamespacedPod({ namespace, labelSelector: 'set' })
  const informer = makeInformer<V1Pod>(config, podsPath(namespace), list, 'set')
  const seen = recordOf(informer)
  return {
    informer,
    seen: () => seen,
    names: () => informer.list(namespace).map(({ metadata }) => metadata?.name),
  }
}

/** What an informer says from now on: `add NAME SET` with the label `set`, `error CODE`, … */
function recordOf<T extends KubernetesObject>(informer: Informer<T>): string[] {
  const seen: string[] = []
  for (const verb of ['add', 'update', 'delete'] as const) {
    informer.on(verb, ({ metadata }) => seen.push([verb, metadata?.name, metadata?.labels?.set].join(' ').trim()))
  }
  informer.on('connect', () => seen.push('connect'))
  informer.on('error', (error) => seen.push(`error ${error.code ?? ''}`.trim()))
  return seen
}

/** What happens to the pods of a namespace; none of them is run. */
function podsOf(config: KubeConfig, namespace: string) {
  const core = config.makeApiClient(CoreV1Api)
  const merge = setHeaderOptions('Content-Type', PatchStrategy.MergePatch)
  return {
    create: (name: string, labels: Record<string, string> = {}) =>
      core.createNamespacedPod({ namespace, body: clientNodePod(name, { labels }) }),
    label: (name: string, labels: Record<string, string | null>) =>
      core.patchNamespacedPod({ namespace, name, body: { metadata: { labels } } }, merge),
    delete: (name: string) => core.deleteNamespacedPod({ namespace, name }),
  }
}
