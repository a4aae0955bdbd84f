// The plain ceiling: what a loop of undici and JSON does that somebody writes in an afternoon. No watch for `launch`, one for
// `lifecycle`.

import { barePods } from './bare-pods.ts'
import { BareServer } from './bare-server.ts'
import { bareWatch, type WatchedPod } from './bare-watch.ts'
import { ClientChannel } from './client-channel.ts'
import { concurrently } from './concurrently.ts'
import { Countdown } from './countdown.ts'
import type { WorkParameters } from './work-parameters.ts'

const PODS = '/api/v1/namespaces/default/pods'

const channel = await ClientChannel.open<WorkParameters>()
const { kubeconfig, template, phase, warmUp, count, inFlight } = channel.parameters
const server = await BareServer.open(kubeconfig, inFlight)
const streams = await BareServer.open(kubeconfig, 1)
const ended = new AbortController()
let countdown = new Countdown(0)
const deleted = new Set<string>()

if (phase === 'lifecycle') bareWatch(streams, ended.signal, (_type, pod) => notice(pod))

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
    const answer = await server.request('POST', PODS, { body: body(index) })
    await answer.body.json()
    if (phase === 'launch') countdown.count()
  })
  await countdown.done
}

function notice({ metadata, status }: WatchedPod): void {
  const { name, uid, deletionTimestamp } = metadata
  if (status.phase !== 'Succeeded' || deletionTimestamp || deleted.has(uid)) return
  deleted.add(uid)
  remove(name, uid)
}

async function remove(name: string, uid: string): Promise<void> {
  const body = JSON.stringify({ preconditions: { uid } })
  const answer = await server.request('DELETE', `${PODS}/${name}`, { body })
  await answer.body.json()
  countdown.count()
}
