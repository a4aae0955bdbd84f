import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { podsPath, withQuery } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { createdPods } from '../../support/created-pods.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { HandmadeNode } from '../../support/nodes-by-api.ts'
import { readPod } from '../../support/pods-by-api.ts'
import type { RawApi } from '../../support/raw-api.ts'
import { taskKey } from '../../support/scripted-workload.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })
const second = podName({ deployment: 'default', key, number: 2 })
const state = { running: { startedAt: '2026-01-01T00:00:00Z' } }
const base = { name: 'base', image: 'busybox:1', imageID: '', ready: true, restartCount: 0, state }

/** A task that runs on a node which is then heard of no more, until its pod is being deleted. */
async function loseNode(api: RawApi, kubeconfig: string, namespace: string) {
  const node = await HandmadeNode.create(api, namespace.slice(-8))
  const run = await startExecutor({ kubeconfig, namespace, jobId: '1', config: { infrastructureRetries: 1 } })
  const spec = { nodeName: node.name, terminationGracePeriodSeconds: 1 }
  run.submit({ key, args: ['true'], executorConfig: { podOverride: { spec } } })
  await eventually(() => readPod(api, namespace, name))
  const status = { phase: 'Running', containerStatuses: [base] }
  await api.patch(`${podsPath(namespace, name)}/status`, 'merge', { status })
  await run.untilState(key, 'running')
  await node.report('False', 'KubeletNotReady')
  await node.taint([{ key: 'davit.test/lost', effect: 'NoExecute' }])
  await eventually(async () => (await readPod(api, namespace, name))?.metadata.deletionTimestamp)
  const end = async () => {
    await run[Symbol.asyncDispose]()
    await node[Symbol.asyncDispose]()
  }
  return { node, run, [Symbol.asyncDispose]: end }
}

conformance('P13: lost nodes', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('P13 b: nothing is launched while the node may run the pod; once it is out of service, the successor is', async ({
    api,
    backend,
    namespace,
  }) => {
    await using lost = await loseNode(api, backend.executorKubeconfig, namespace)
    await eventually(() =>
      lost.run.executor.waitingReason(key)?.includes(`its pod ${namespace}/${name} is being deleted`),
    )
    expect(await createdPods(backend, namespace, 1)).toMatchObject([{ name }])
    const outOfService = {
      key: 'node.kubernetes.io/out-of-service',
      value: 'nodeshutdown',
      effect: 'NoExecute' as const,
    }
    await lost.node.taint([{ key: 'davit.test/lost', effect: 'NoExecute' }, outOfService])
    // The garbage collector of pods looks every 20 seconds. The successor is bound to the same node by its spec, and goes as well.
    await eventually(async () => (await readPod(api, namespace, name)) === null, { withinMs: 50_000 })
    expect(await createdPods(backend, namespace, 2)).toMatchObject([{ name }, { name: second }])
  })

  it('P13 b: the same once somebody has deleted the pod by force', async ({ api, backend, namespace }) => {
    await using lost = await loseNode(api, backend.executorKubeconfig, namespace)
    await api.delete(withQuery(podsPath(namespace, name), { gracePeriodSeconds: 0 }))
    await eventually(() => readPod(api, namespace, second))
    expect(lost.run.ends(key)).toEqual([])
  })
})
