// The tuned ceiling: the requests that Davit sends, in its encodings, read by its decoders, and nothing else: no queue, no
// store, no state but a count. It watches for `launch` too, as Davit must.

import type { PodView } from '../../packages/executor/src/kube/pod-view.ts'
import { decodePod } from '../../packages/executor/src/kube/protobuf/decode-answer.ts'
import { barePods } from './bare-pods.ts'
import { BareServer } from './bare-server.ts'
import { ClientChannel } from './client-channel.ts'
import { concurrently } from './concurrently.ts'
import { Countdown } from './countdown.ts'
import { tunedWatch } from './tuned-watch.ts'
import type { WorkParameters } from './work-parameters.ts'

const PODS = '/api/v1/namespaces/default/pods'
const METADATA = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const ACCEPT = `application/vnd.kubernetes.protobuf${METADATA},application/json${METADATA},application/json`

const channel = await ClientChannel.open<WorkParameters>()
const { kubeconfig, template, phase, warmUp, count, inFlight } = channel.parameters
const server = await BareServer.open(kubeconfig, inFlight)
const streams = await BareServer.open(kubeconfig, 1)
const ended = new AbortController()
let countdown = new Countdown(0)
const seen = new Set<string>()

tunedWatch(streams, ended.signal, notice)

await work('warm-up', warmUp)
await channel.phase(phase, async () => {
  await work('measured', count)
  return {}
})
ended.abort()
await streams.close()
await server.close()

async function work(runId: string, pods: number): Promise<void> {
  countdown = new Countdown(pods)
  const body = await barePods(template, runId)
  await concurrently(pods, inFlight, async (index) => {
    decodePod(await server.exchange('POST', `${PODS}?fieldValidation=Strict`, { body: body(index), accept: ACCEPT }))
  })
  await countdown.done
}

function notice({ metadata, status }: PodView): void {
  const { name = '', uid = '', deletionTimestamp } = metadata ?? {}
  if (status?.phase !== (phase === 'launch' ? 'Running' : 'Succeeded') || deletionTimestamp || seen.has(uid)) return
  seen.add(uid)
  if (phase === 'launch') countdown.count()
  else remove(name, uid)
}

async function remove(name: string, uid: string): Promise<void> {
  const body = JSON.stringify({ kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { uid } })
  decodePod(await server.exchange('DELETE', `${PODS}/${name}`, { body, accept: ACCEPT }))
  countdown.count()
}
