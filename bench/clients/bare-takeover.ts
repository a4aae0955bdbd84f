// What a restart cannot do without: one list of the pods in Davit's encoding, each read as far as its name and uid; and, where
// ownership goes by label, one patch each.
import { createKubeClient, loadKubeConfig } from '@davit/executor'
import { BareServer } from './bare-server.ts'
import { ClientChannel } from './client-channel.ts'
import { concurrently } from './concurrently.ts'

export interface BareTakeoverParameters {
  readonly kubeconfig: string
  readonly labelSelector: string
  readonly inFlight: number
}

const PODS = '/api/v1/namespaces/default/pods'

const channel = await ClientChannel.open<BareTakeoverParameters>()
const { kubeconfig, labelSelector, inFlight } = channel.parameters
const server = await BareServer.open(kubeconfig, inFlight)
const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath: kubeconfig }))
let pods: readonly { readonly name: string; readonly uid: string }[] = []
await channel.phase('list', async () => {
  const startedAt = performance.now()
  const list = await kube.pods.list('default', {
    labelSelector,
    resourceVersion: '0',
    project: ({ metadata }) => ({ name: metadata?.name ?? '', uid: metadata?.uid ?? '' }),
  })
  pods = list.items
  return { takenMs: performance.now() - startedAt, pods: pods.length }
})
await channel.phase('patch', async () => {
  await concurrently(pods.length, inFlight, async (index) => {
    const { name, uid } = pods[index] ?? { name: '', uid: '' }
    const answer = await server.request('PATCH', `${PODS}/${name}`, {
      body: JSON.stringify({ metadata: { uid, labels: { 'airflow-worker': 'third' } } }),
      contentType: 'application/merge-patch+json',
      accept: 'application/vnd.kubernetes.protobuf',
    })
    await answer.body.dump()
  })
  return {}
})
await kube.close()
await server.close()
