// Somebody else's pods in the same namespace, which come and go at a steady rate: no node ever sees them.
import { setTimeout as pause } from 'node:timers/promises'
import { BareServer } from './bare-server.ts'
import { ClientChannel } from './client-channel.ts'

export interface ChurnParameters {
  readonly kubeconfig: string
  readonly perSecond: number
  readonly seconds: number
}

const PODS = '/api/v1/namespaces/default/pods'

const channel = await ClientChannel.open<ChurnParameters>()
const { kubeconfig, perSecond, seconds } = channel.parameters
const server = await BareServer.open(kubeconfig, 64)

await channel.phase('churn', async () => {
  const startedAt = performance.now()
  const answers: Promise<void>[] = []
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const dueInMs = startedAt + (index * 1000) / perSecond - performance.now()
    if (dueInMs > 1) await pause(dueInMs)
    answers.push(comeAndGo(`churn-${index}`))
  }
  await Promise.all(answers)
  return {}
})
await server.close()

async function comeAndGo(name: string): Promise<void> {
  const spec = { containers: [{ name: 'main', image: 'busybox:1' }] }
  const made = await server.request('POST', PODS, {
    body: JSON.stringify({ metadata: { name, labels: { app: 'churn' } }, spec }),
  })
  await made.body.dump()
  const gone = await server.request('DELETE', `${PODS}/${name}`, { body: JSON.stringify({ gracePeriodSeconds: 0 }) })
  await gone.body.dump()
}
