// Kubernetes' own client for JavaScript as its documentation uses it: a typed call for each create and delete, and for
// `lifecycle` an informer that lists and watches.

import { CoreV1Api, KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node'
import { podObjects } from './bare-pods.ts'
import { ClientChannel } from './client-channel.ts'
import { concurrently } from './concurrently.ts'
import { Countdown } from './countdown.ts'
import type { WorkParameters } from './work-parameters.ts'

const namespace = 'default'

const channel = await ClientChannel.open<WorkParameters>()
const { kubeconfig, template, phase, warmUp, count, inFlight } = channel.parameters
const config = new KubeConfig()
config.loadFromFile(kubeconfig)
const api = config.makeApiClient(CoreV1Api)
const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, () =>
  api.listNamespacedPod({ namespace }),
)
let countdown = new Countdown(0)
const deleted = new Set<string>()

if (phase === 'lifecycle') {
  informer.on('add', notice)
  informer.on('update', notice)
  informer.on('error', (error) => {
    throw error
  })
  await informer.start()
}

await work('warm-up', warmUp)
await channel.phase(phase, async () => {
  await work('measured', count)
  return {}
})
await informer.stop()

async function work(runId: string, pods: number): Promise<void> {
  countdown = new Countdown(pods)
  const body = await podObjects(template, runId)
  await concurrently(pods, inFlight, async (index) => {
    // Its type wants times as dates; a pod that is not made yet has none.
    const pod: object = body(index)
    await api.createNamespacedPod({ namespace, body: pod as V1Pod })
    if (phase === 'launch') countdown.count()
  })
  await countdown.done
}

function notice({ metadata, status }: V1Pod): void {
  const { name = '', uid = '', deletionTimestamp } = metadata ?? {}
  if (status?.phase !== 'Succeeded' || deletionTimestamp || deleted.has(uid)) return
  deleted.add(uid)
  remove(name, uid)
}

async function remove(name: string, uid: string): Promise<void> {
  await api.deleteNamespacedPod({ name, namespace, body: { preconditions: { uid } } })
  countdown.count()
}
