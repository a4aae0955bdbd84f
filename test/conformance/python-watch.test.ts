import type { Pod, PodList } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { startAnswerLosingProxy } from '../support/answer-losing-proxy.ts'
import { createPod } from '../support/pods-by-api.ts'
import { type PythonEvent, startPythonClient } from '../support/python-client.ts'
import { pythonConformance } from '../support/python-conformance.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { testEvent } from '../support/test-event.ts'
import { unboundPod } from '../support/test-pod.ts'

const listPods = 'CoreV1Api.list_namespaced_pod'
const listEvents = 'CoreV1Api.list_namespaced_event'

const named = ({ type, object }: PythonEvent) => `${type} ${object.metadata.name ?? ''}`.trim()

pythonConformance('watch', {}, (it) => {
  it('sees a pod from its creation to its end, as Airflow watches', async ({ python, api, backend, namespace }) => {
    const selector = { namespace, label_selector: 'airflow-worker=7' }
    const { metadata } = await python.call<PodList>(listPods, selector)
    const watch = python.watch(listPods, {
      ...selector,
      resource_version: metadata?.resourceVersion,
      timeout_seconds: 3600,
      _request_timeout: 30,
    })
    const options = { labels: { 'airflow-worker': '7' }, spec: { nodeSelector: { ...backend.nodeSelector } } }
    await createPod(api, namespace, scriptedPod('other', { runMs: 100 }))
    await createPod(api, namespace, scriptedPod('a', { runMs: 300, exitCode: 3 }, options))
    const phases = () => {
      const seen = watch.items.map(({ type, object }) => `${type} ${(object as Pod).status?.phase}`)
      return seen.filter((phase, index) => phase !== seen[index - 1])
    }
    const lived = ['ADDED Pending', 'MODIFIED Pending', 'MODIFIED Running', 'MODIFIED Failed']
    await expect.poll(phases).toEqual(lived)
    await python.call('CoreV1Api.delete_namespaced_pod', { name: 'a', namespace })
    await expect.poll(phases).toEqual([...lived, 'DELETED Failed'])
    expect(new Set(watch.items.map(({ object }) => object.metadata.name))).toEqual(new Set(['a']))
  })

  it('goes on from the version where another has ended', async ({ python, api, namespace }) => {
    await createPod(api, namespace, unboundPod('a'))
    const first = python.watch(listPods, { namespace, timeout_seconds: 1 })
    const version = await first.ended
    expect(first.items.map(named)).toEqual(['ADDED a'])
    expect(version).toBe(first.items[0]?.object.metadata.resourceVersion)
    await createPod(api, namespace, unboundPod('b'))
    await python.call('CoreV1Api.delete_namespaced_pod', { name: 'a', namespace })
    const second = python.watch(listPods, { namespace, resource_version: version, timeout_seconds: 1 })
    await second.ended
    expect(second.items.map(named)).toEqual(['ADDED b', 'MODIFIED a', 'DELETED a'])
  })

  it('begins with what there is, from version 0', async ({ python, api, namespace }) => {
    await createPod(api, namespace, unboundPod('a'))
    const watch = python.watch(listPods, { namespace, resource_version: '0', timeout_seconds: 1 })
    await watch.ended
    expect(watch.items.map(named)).toEqual(['ADDED a'])
  })

  it('sees what enters and leaves its selector', async ({ python, api, namespace }) => {
    const { metadata } = await createPod(api, namespace, unboundPod('a', { labels: { 'airflow-worker': '7' } }))
    const watch = python.watch(listPods, {
      namespace,
      label_selector: 'airflow-worker=7,airflow_executor_done!=True',
      resource_version: metadata.resourceVersion,
    })
    const label = (labels: object) =>
      python.call('CoreV1Api.patch_namespaced_pod', { name: 'a', namespace, body: { metadata: { labels } } })
    await label({ airflow_executor_done: 'True' })
    await label({ airflow_executor_done: null })
    await expect.poll(() => watch.items.map(named)).toEqual(['DELETED a', 'ADDED a'])
  })

  it('is given a bookmark after what there is, on demand', async ({ python, api, namespace }) => {
    await createPod(api, namespace, unboundPod('a'))
    const watch = python.watch(listPods, {
      namespace,
      send_initial_events: true,
      resource_version_match: 'NotOlderThan',
      allow_watch_bookmarks: true,
      timeout_seconds: 1,
    })
    const version = await watch.ended
    expect(watch.items.slice(0, 2).map(named)).toEqual(['ADDED a', 'BOOKMARK'])
    // It goes on from the bookmark.
    expect(version).toBe(watch.items.at(-1)?.object.metadata.resourceVersion)
  })

  it('watches all namespaces', async ({ python, api, namespace }) => {
    const watch = python.watch('CoreV1Api.list_pod_for_all_namespaces', {
      label_selector: `set=${namespace.slice(-8)}`,
    })
    await createPod(api, namespace, unboundPod('a', { labels: { set: namespace.slice(-8) } }))
    await expect.poll(() => watch.items.map(named)).toEqual(['ADDED a'])
  })

  it('is told why there is none', async ({ python, namespace }) => {
    const refused = (args: object) => python.watch(listPods, { namespace, timeout_seconds: 1, ...args }).ended
    await expect(refused({ resource_version: 'abc' })).rejects.toMatchObject({
      type: 'ApiException',
      status: 500,
      body: { message: 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax' },
    })
    await expect(refused({ label_selector: 'a in (b' })).rejects.toMatchObject({ status: 400 })
    await expect(refused({ send_initial_events: true })).rejects.toMatchObject({ status: 422 })
  })

  it('gives up when nothing is heard in time', async ({ python, namespace }) => {
    const watch = python.watch(listPods, { namespace, timeout_seconds: 3600, _request_timeout: 1 })
    await expect(watch.ended).rejects.toMatchObject({ type: 'ReadTimeoutError' })
  })

  it('says that its connection broke', async ({ backend, api, namespace }) => {
    await using proxy = await startAnswerLosingProxy(backend.kubeconfig, () => false)
    await using python = await startPythonClient(proxy.kubeconfig)
    await createPod(api, namespace, unboundPod('a'))
    const watch = python.watch(listPods, { namespace, timeout_seconds: 3600 })
    await expect.poll(() => watch.items.map(named)).toEqual(['ADDED a'])
    proxy.breakConnections()
    await expect(watch.ended).rejects.toMatchObject({ type: 'ProtocolError' })
  })
})

pythonConformance('watch after 410', { needs: ['compaction'] }, (it) => {
  it('is told that its version is gone, and lists again', async ({ python, backend, namespace }) => {
    const create = (name: string) =>
      python.call<{ metadata: { resourceVersion: string } }>('CoreV1Api.create_namespaced_event', {
        namespace,
        body: testEvent(namespace, name),
      })
    const { metadata } = await create('a')
    for (const name of ['b', 'c']) await create(name)
    await backend.compactHistory()
    const gone = {
      type: 'ApiException',
      status: 410,
      reason: 'Expired: The resourceVersion for the provided watch is too old.',
    }
    const from = { namespace, resource_version: metadata.resourceVersion }
    await expect(python.watch(listEvents, { ...from, timeout_seconds: 3600 }).ended).rejects.toMatchObject(gone)
    // Without an end it tries once more by itself.
    await expect(python.watch(listEvents, from).ended).rejects.toMatchObject(gone)
    const list = await python.call<{ metadata: { resourceVersion: string } }>(listEvents, { namespace })
    const { resourceVersion } = list.metadata
    const watch = python.watch(listEvents, { namespace, resource_version: resourceVersion, timeout_seconds: 3600 })
    await create('d')
    await expect.poll(() => watch.items.map(named)).toEqual(['ADDED d'])
  })
})
