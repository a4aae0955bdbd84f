import type { BenchContext } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import type { ServedClients } from './clients-on-server.ts'

/** Creates pods that run until they are ended, by a bare loop, for contenders that launch none. */
export async function launchHeld(
  context: BenchContext,
  { server, template, start }: ServedClients,
  count: number,
): Promise<void> {
  const { kubeconfigPath: kubeconfig } = server
  const parameters = { kubeconfig, template, phase: 'launch', warmUp: count, count: 0, inFlight: 64 }
  await start('launch', clientOf('plain-loop', parameters, context)).ready('launch')
}
