import type { NodeList, Pod, PodList } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { editKubeconfig } from '../support/edit-kubeconfig.ts'
import { PythonError, startPythonClient } from '../support/python-client.ts'
import { pythonConformance } from '../support/python-conformance.ts'
import { unboundPod } from '../support/test-pod.ts'

pythonConformance('calls', {}, (it) => {
  it('creates, reads and deletes a pod', async ({ python, namespace }) => {
    const created = await python.call<Pod>('CoreV1Api.create_namespaced_pod', {
      namespace,
      body: unboundPod('a', { labels: { set: '1' } }),
    })
    expect(created).toMatchObject({ kind: 'Pod', metadata: { name: 'a', namespace }, status: { phase: 'Pending' } })
    const a = { name: 'a', namespace }
    const read = await python.call<Pod>('CoreV1Api.read_namespaced_pod', a)
    expect(read).toEqual(created)
    const deleted = await python.call<Pod>('CoreV1Api.delete_namespaced_pod', a)
    expect(deleted.metadata?.uid).toBe(created.metadata?.uid)
    expect(await refusal(python.call('CoreV1Api.read_namespaced_pod', a))).toMatchObject({
      status: 404,
      reason: 'Not Found',
      body: { kind: 'Status', reason: 'NotFound', message: 'pods "a" not found', code: 404 },
    })
  })

  it('creates from models', async ({ python, namespace }) => {
    const body = {
      $model: 'V1Pod',
      api_version: 'v1',
      kind: 'Pod',
      metadata: { $model: 'V1ObjectMeta', name: 'a', annotations: { a: '1' } },
      spec: {
        $model: 'V1PodSpec',
        scheduler_name: 'nobody',
        restart_policy: 'Never',
        containers: [
          {
            $model: 'V1Container',
            name: 'base',
            image: 'busybox',
            resources: { $model: 'V1ResourceRequirements', requests: { cpu: '100m' }, limits: { memory: '64Mi' } },
            env: [{ $model: 'V1EnvVar', name: 'A', value: '1' }],
          },
        ],
      },
    }
    const created = await python.call<Pod>('CoreV1Api.create_namespaced_pod', { namespace, body })
    expect(created.spec).toMatchObject({
      restartPolicy: 'Never',
      containers: [{ env: [{ name: 'A', value: '1' }], resources: { requests: { cpu: '100m', memory: '64Mi' } } }],
    })
  })

  it('is told what is wrong', async ({ python, namespace }) => {
    const create = (pod: unknown, args = {}) =>
      refusal(python.call('CoreV1Api.create_namespaced_pod', { namespace, body: pod, ...args }))
    await python.call('CoreV1Api.create_namespaced_pod', { namespace, body: unboundPod('a') })
    expect(await create(unboundPod('a'))).toMatchObject({ status: 409, body: { reason: 'AlreadyExists' } })
    expect(await create(unboundPod('Bad', { container: { image: '' } }))).toMatchObject({
      status: 422,
      reason: 'Unprocessable Entity',
      body: {
        reason: 'Invalid',
        details: { causes: [{ field: 'metadata.name' }, { field: 'spec.containers[0].image' }] },
      },
    })
    const unknown = { ...unboundPod('b'), nonsense: true }
    expect(await create(unknown, { field_validation: 'Strict' })).toMatchObject({
      status: 400,
      body: {
        message: 'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "nonsense"',
      },
    })
    expect(await create(unboundPod('a'), { namespace: 'nope' })).toMatchObject({
      status: 404,
      body: { message: 'namespaces "nope" not found' },
    })
  })

  it('says who it is', async ({ backend, namespace }) => {
    await using stranger = await startPythonClient(editKubeconfig(backend.kubeconfig, { token: 'wrong' }))
    expect(await refusal(stranger.call('CoreV1Api.list_namespaced_pod', { namespace }))).toMatchObject({
      status: 401,
      reason: 'Unauthorized',
      body: { kind: 'Status', reason: 'Unauthorized', code: 401 },
    })
  })

  it('patches: a dict is merged, a list is a JSON patch', async ({ python, namespace }) => {
    await python.call('CoreV1Api.create_namespaced_pod', {
      namespace,
      body: unboundPod('a', { labels: { 'airflow-worker': '7', keep: '1' } }),
    })
    const patch = (body: unknown) => python.call<Pod>('CoreV1Api.patch_namespaced_pod', { name: 'a', namespace, body })
    // As Airflow adopts a pod, and marks one as done.
    await patch({ metadata: { labels: { 'airflow-worker': '8' } } })
    await patch({ spec: { containers: [{ name: 'base', image: 'busybox:2' }] } })
    const patched = await patch([{ op: 'add', path: '/metadata/labels/airflow_executor_done', value: 'True' }])
    expect(patched.metadata?.labels).toEqual({ 'airflow-worker': '8', keep: '1', airflow_executor_done: 'True' })
    expect(patched.spec?.containers).toMatchObject([{ name: 'base', image: 'busybox:2' }])
    expect(await refusal(patch({ metadata: { labels: { 'a b': '1' } } }))).toMatchObject({
      status: 422,
      body: { reason: 'Invalid' },
    })
  })

  it('deletes with preconditions', async ({ python, namespace }) => {
    const { metadata } = await python.call<Pod>('CoreV1Api.create_namespaced_pod', { namespace, body: unboundPod('a') })
    const remove = (uid: string | undefined) =>
      python.call('CoreV1Api.delete_namespaced_pod', {
        name: 'a',
        namespace,
        body: {
          $model: 'V1DeleteOptions',
          grace_period_seconds: 0,
          preconditions: { $model: 'V1Preconditions', uid },
        },
      })
    const other = '11111111-1111-1111-1111-111111111111'
    expect(await refusal(remove(other))).toMatchObject({
      status: 409,
      reason: 'Conflict',
      body: {
        message: `Operation cannot be fulfilled on Pod "a": the UID in the precondition (${other}) does not match the UID in record (${metadata?.uid}). The object might have been deleted and then recreated`,
      },
    })
    await remove(metadata?.uid)
    expect((await python.call<PodList>('CoreV1Api.list_namespaced_pod', { namespace })).items).toEqual([])
  })

  it('deletes all that a selector names', async ({ python, namespace }) => {
    for (const name of ['a', 'b', 'c']) {
      const body = unboundPod(name, { labels: { vowel: String(name === 'a') } })
      await python.call('CoreV1Api.create_namespaced_pod', { namespace, body })
    }
    await python.call('CoreV1Api.delete_collection_namespaced_pod', { namespace, label_selector: 'vowel=false' })
    const left = await python.call<PodList>('CoreV1Api.list_namespaced_pod', { namespace })
    expect(left.items.map(({ metadata }) => metadata?.name)).toEqual(['a'])
  })

  it('lists in pages', async ({ python, namespace }) => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await python.call('CoreV1Api.create_namespaced_pod', { namespace, body: unboundPod(name) })
    }
    const pages: (string | undefined)[][] = []
    let _continue: string | undefined
    do {
      const page = await python.call<PodList>('CoreV1Api.list_namespaced_pod', { namespace, limit: 2, _continue })
      pages.push(page.items.map(({ metadata }) => metadata?.name))
      _continue = page.metadata?.continue
    } while (_continue)
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']])
  })

  // As Airflow looks for pods to adopt.
  it('lists metadata only, by the dynamic client', async ({ python, namespace }) => {
    for (const name of ['a', 'b']) {
      const body = unboundPod(name, { labels: { set: name } })
      await python.call('CoreV1Api.create_namespaced_pod', { namespace, body })
    }
    const list = await python.dynamic<PodList>({ api_version: 'v1', kind: 'Pod' }, 'get', {
      namespace,
      label_selector: 'set=b',
      header_params: { Accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
    })
    expect(list).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    expect(list.items).toHaveLength(1)
    expect(list.items[0]).toMatchObject({ metadata: { name: 'b', labels: { set: 'b' } } })
    expect(list.items[0]).not.toHaveProperty('spec')
    const config = { api_version: 'v1', kind: 'ConfigMap' }
    await python.dynamic(config, 'create', { namespace, body: { metadata: { name: 'c' }, data: { a: '1' } } })
    expect(await python.dynamic(config, 'get', { name: 'c', namespace })).toMatchObject({ data: { a: '1' } })
  })

  it('evicts', async ({ python, namespace }) => {
    await python.call('CoreV1Api.create_namespaced_pod', { namespace, body: unboundPod('a') })
    const body = { $model: 'V1Eviction', metadata: { $model: 'V1ObjectMeta', name: 'a', namespace } }
    await python.call('CoreV1Api.create_namespaced_pod_eviction', { name: 'a', namespace, body })
    expect((await python.call<PodList>('CoreV1Api.list_namespaced_pod', { namespace })).items).toEqual([])
  })

  it('reads and writes what stands beside pods', async ({ python, namespace }) => {
    const metadata = { name: 'x' }
    await python.call('CoreV1Api.create_namespaced_config_map', { namespace, body: { metadata, data: { a: '1' } } })
    await python.call('CoreV1Api.create_namespaced_secret', { namespace, body: { metadata, string_data: { b: '2' } } })
    const x = { name: 'x', namespace }
    expect(await python.call('CoreV1Api.read_namespaced_config_map', x)).toMatchObject({ data: { a: '1' } })
    expect(await python.call('CoreV1Api.delete_namespaced_config_map', x)).toMatchObject({ status: 'Success' })
    expect(await python.call('CoreV1Api.read_namespace', { name: namespace })).toMatchObject({
      status: { phase: 'Active' },
    })
    const nodes = await python.call<NodeList>('CoreV1Api.list_node')
    expect(nodes.items[0]?.status?.nodeInfo?.operatingSystem).toBe('linux')
    expect(await python.call('VersionApi.get_code')).toMatchObject({ major: '1', minor: '36' })
    const spec = { resourceAttributes: { namespace, verb: 'create', resource: 'pods' } }
    const review = await python.call('AuthorizationV1Api.create_self_subject_access_review', { body: { spec } })
    expect(review).toMatchObject({ status: { allowed: true } })
  })
})

async function refusal(call: Promise<unknown>): Promise<PythonError> {
  const error: unknown = await call.then(
    (answer) => {
      throw new Error(`it was accepted: ${JSON.stringify(answer)}`)
    },
    (reason) => reason,
  )
  if (!(error instanceof PythonError) || error.type !== 'ApiException') throw error
  return error
}
