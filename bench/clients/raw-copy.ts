// The ceiling of keeping logs: bytes from a stream into a file.
import { createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { BareServer } from './bare-server.ts'
import { ClientChannel } from './client-channel.ts'
import { BEGIN_PATH, type LogParameters } from './log-parameters.ts'

const channel = await ClientChannel.open<LogParameters>()
const { kubeconfig, folder, pods } = channel.parameters
const server = await BareServer.open(kubeconfig, pods + 1)
await mkdir(folder, { recursive: true })
await channel.phase('logs', async () => {
  const answer = await server.request('POST', BEGIN_PATH)
  await answer.body.dump()
  await Promise.all(Array.from({ length: pods }, (_, index) => copy(`pod-${index}`)))
  return {}
})
await server.close()

async function copy(pod: string): Promise<void> {
  const answer = await server.request('GET', `/api/v1/namespaces/default/pods/${pod}/log?container=base&follow=true`)
  await pipeline(answer.body, createWriteStream(join(folder, `${pod}.log`)))
}
