import { Writable } from 'node:stream'
import { ApiException, CoreV1Api, type KubeConfig, Log, type LogOptions, Watch } from '@kubernetes/client-node'
import { expect } from 'vitest'
import { inNamespace, podsPath } from '../support/api-paths.ts'
import { clientNodeConfig } from '../support/client-node.ts'
import { conformance } from '../support/conformance.ts'
import { editKubeconfig } from '../support/edit-kubeconfig.ts'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { shellPod } from '../support/process-pod.ts'
import { testEvent } from '../support/test-event.ts'
import { unboundPod } from '../support/test-pod.ts'

conformance('the watch of @kubernetes/client-node', {}, (plainIt) => {
  const it = plainIt.extend('config', async ({ backend }) => clientNodeConfig(backend.kubeconfig))

  it('goes on from a version, and ends at its time', async ({ config, api, namespace }) => {
    const a = await createPod(api, namespace, unboundPod('a'))
    await createPod(api, namespace, unboundPod('b'))
    const options = { resourceVersion: a.metadata.resourceVersion, timeoutSeconds: 1 }
    const { events, ended } = await watch(config, podsPath(namespace), options)
    expect(await ended).toBeNull()
    expect(events).toEqual(['ADDED b'])
  })

  it('is given what there is first, on demand', async ({ config, api, namespace }) => {
    await createPod(api, namespace, unboundPod('a'))
    const sendInitialEvents = {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    }
    const { events, controller, ended } = await watch(config, podsPath(namespace), sendInitialEvents)
    await expect.poll(() => events).toEqual(['ADDED a', 'BOOKMARK '])
    await createPod(api, namespace, unboundPod('b'))
    await expect.poll(() => events.at(-1)).toBe('ADDED b')
    controller.abort()
    expect(await ended).toMatchObject({ name: 'AbortError' })
  })

  it('is told why there is none', async ({ config, namespace, backend }) => {
    const refused = async (options: Record<string, string>, as = config) =>
      (await watch(as, podsPath(namespace), options)).ended
    expect(await refused({ resourceVersion: 'abc' })).toMatchObject({ statusCode: 500 })
    expect(await refused({ labelSelector: 'a in (b' })).toMatchObject({ statusCode: 400 })
    const stranger = clientNodeConfig(editKubeconfig(backend.kubeconfig, { token: 'wrong' }))
    expect(await refused({}, stranger)).toMatchObject({ statusCode: 401 })
  })
})

conformance('the watch of @kubernetes/client-node, after 410', { needs: ['compaction'] }, (it) => {
  it('is told that its version is gone', async ({ backend, namespace }) => {
    const config = clientNodeConfig(backend.kubeconfig)
    const core = config.makeApiClient(CoreV1Api)
    const create = (name: string) => core.createNamespacedEvent({ namespace, body: testEvent(namespace, name) })
    const { metadata } = await create('a')
    for (const name of ['b', 'c']) await create(name)
    await backend.compactHistory()
    const resourceVersion = metadata.resourceVersion ?? ''
    const { events, ended } = await watch(config, inNamespace(namespace, 'events'), { resourceVersion })
    expect(await ended).toBeNull()
    expect(events).toEqual(['ERROR 410 Expired'])
  })
})

conformance('the logs of @kubernetes/client-node', { runtime: 'process' }, (it) => {
  it('reads and follows them', async ({ backend, api, namespace }) => {
    const config = clientNodeConfig(backend.kubeconfig)
    const read = (options: LogOptions, pod = 'a') => readLog(config, namespace, pod, options)
    await createPod(api, namespace, shellPod(backend, 'a', 'echo one; sleep 1; echo two; exit 3'))
    await expect.poll(() => read({}), { timeout: 15_000 }).toContain('one\n')
    expect(await read({ follow: true })).toBe('one\ntwo\n')
    await untilPhase(api, namespace, 'a', 'Failed')
    expect(await read({ tailLines: 1 })).toBe('two\n')
    expect(await read({ timestamps: true, limitBytes: 30 })).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    const core = config.makeApiClient(CoreV1Api)
    expect(await core.readNamespacedPodLog({ name: 'a', namespace, sinceSeconds: 3600 })).toBe('one\ntwo\n')
    const error = await read({ previous: true }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ApiException)
    expect(error).toMatchObject({ code: 400 })
    await expect(read({}, 'nope')).rejects.toMatchObject({ code: 404 })
  })
})

/** Opens a watch; `events` grows, and `ended` resolves to what its `done` is told. */
async function watch(config: KubeConfig, path: string, query: Record<string, string | number | boolean>) {
  const events: string[] = []
  const { promise: ended, resolve } = Promise.withResolvers<unknown>()
  const controller = await new Watch(config).watch(
    path,
    query,
    (type, { metadata, code, reason }) =>
      events.push(type === 'ERROR' ? `${type} ${code} ${reason}` : `${type} ${metadata.name ?? ''}`),
    resolve,
  )
  return { events, ended, controller }
}

/** The log of the container `base` to its end. */
async function readLog(config: KubeConfig, namespace: string, pod: string, options: LogOptions): Promise<string> {
  const chunks: Buffer[] = []
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
  const stream = new Writable({
    write(chunk: Buffer, _, next) {
      chunks.push(chunk)
      next()
    },
    final(next) {
      next()
      resolve()
    },
  }).once('error', reject)
  await new Log(config).log(namespace, pod, 'base', stream, options)
  await ended
  return Buffer.concat(chunks).toString()
}
