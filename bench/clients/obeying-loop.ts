// The ceiling of the rows that refuse: a loop that is told the limits, and asks again the moment that it may. `launch` counts
// creates, `lifecycle` tasks that have ended and whose pods are deleted.

import { barePods } from './bare-pods.ts'
import { BareRefusal, BareServer } from './bare-server.ts'
import { bareWatch, type WatchedPod } from './bare-watch.ts'
import { ClientChannel } from './client-channel.ts'
import { Countdown } from './countdown.ts'
import type { WorkParameters } from './work-parameters.ts'

interface LimitedWork extends WorkParameters {
  /** How many pods may be alive; absent: any number. */
  readonly slots?: number
}

const PODS = '/api/v1/namespaces/default/pods'
/** A quota says no time; it is counted anew a moment after a pod has ended. */
const QUOTA_RETRY_MS = 50

const channel = await ClientChannel.open<LimitedWork>()
const { kubeconfig, template, phase, warmUp, count, inFlight, slots = Number.POSITIVE_INFINITY } = channel.parameters
const server = await BareServer.open(kubeconfig, inFlight)
const streams = await BareServer.open(kubeconfig, 1)
const ended = new AbortController()
let countdown = new Countdown(0)
let body: (index: number) => string = () => ''
let waiting: number[] = []
let sending = 0
let alive = 0
const seen = new Set<string>()

if (phase === 'lifecycle') bareWatch(streams, ended.signal, (_type, pod) => notice(pod))

await work('warm-up', warmUp)
await channel.phase(phase, async () => {
  await work('measured', count)
  return { failed: 0 }
})
ended.abort()
await streams.close()
await server.close()

async function work(runId: string, pods: number): Promise<void> {
  countdown = new Countdown(pods)
  body = await barePods(template, runId)
  waiting = Array.from({ length: pods }, (_, index) => index)
  send()
  await countdown.done
}

function send(): void {
  while (waiting.length > 0 && sending < inFlight && alive < slots) create(waiting.shift() ?? 0)
}

async function create(index: number): Promise<void> {
  sending += 1
  alive += 1
  try {
    const answer = await server.request('POST', PODS, { body: body(index) })
    await answer.body.json()
    if (phase === 'launch') countdown.count()
  } catch (error) {
    if (!(error instanceof BareRefusal)) throw error
    alive -= 1
    setTimeout(() => {
      waiting.unshift(index)
      send()
    }, error.retryAfterMs || QUOTA_RETRY_MS)
  }
  sending -= 1
  send()
}

function notice({ metadata, status }: WatchedPod): void {
  const { name, uid, deletionTimestamp } = metadata
  if (status.phase !== 'Succeeded' || deletionTimestamp || seen.has(uid)) return
  seen.add(uid)
  alive -= 1
  send()
  remove(name, uid)
}

async function remove(name: string, uid: string): Promise<void> {
  const answer = await server.request('DELETE', `${PODS}/${name}`, { body: JSON.stringify({ preconditions: { uid } }) })
  await answer.body.dump()
  countdown.count()
}
