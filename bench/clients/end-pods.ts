// Ends running pods at a steady rate, as a kubelet does whose containers have ended well: one patch of the status each, sent
// when its time has come whether or not the last was answered.

import { setTimeout as pause } from 'node:timers/promises'
import { BareServer } from './bare-server.ts'
import type { WatchedPod } from './bare-watch.ts'
import { ClientChannel } from './client-channel.ts'

export interface EndPodsParameters {
  readonly kubeconfig: string
  readonly perSecond: number
  /** @default all pods of the namespace */
  readonly labelSelector?: string
}

const PODS = '/api/v1/namespaces/default/pods'

const channel = await ClientChannel.open<EndPodsParameters>()
const { kubeconfig, perSecond, labelSelector = '' } = channel.parameters
const server = await BareServer.open(kubeconfig, 64)
const list = await server.request('GET', `${PODS}?resourceVersion=0&labelSelector=${encodeURIComponent(labelSelector)}`)
const { items } = (await list.body.json()) as { items: WatchedPod[] }

await channel.phase('changes', async () => {
  const startedAt = performance.now()
  const answers: Promise<void>[] = []
  for (const [index, { metadata }] of items.entries()) {
    const dueInMs = startedAt + (index * 1000) / perSecond - performance.now()
    if (dueInMs > 1) await pause(dueInMs)
    answers.push(end(metadata.name))
  }
  await Promise.all(answers)
  return {}
})
await server.close()

async function end(name: string): Promise<void> {
  const now = `${new Date().toISOString().slice(0, 19)}Z`
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    startedAt: now,
    finishedAt: now,
    containerID: `kwok://${name}`,
  }
  const base = { name: 'base', image: 'busybox:1', imageID: '', ready: false, restartCount: 0, state: { terminated } }
  const ready = { status: 'False', reason: 'PodCompleted', lastTransitionTime: now }
  const conditions = [
    { type: 'Initialized', status: 'True', reason: 'PodCompleted' },
    { type: 'Ready', ...ready },
    { type: 'ContainersReady', ...ready },
    { type: 'PodScheduled', status: 'True' },
  ]
  const answer = await server.request('PATCH', `${PODS}/${name}/status`, {
    body: JSON.stringify({ status: { phase: 'Succeeded', conditions, containerStatuses: [base] } }),
    contentType: 'application/merge-patch+json',
  })
  await answer.body.dump()
}
