import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type ComponentProcess, startComponent } from './component-process.ts'
import { type ComponentName, layoutIn } from './layout.ts'
import { isAlive } from './process-identity.ts'
import type { Kubernetes } from './start-kubernetes.ts'
import { waitUntil } from './wait-until.ts'

/**
 * Kills a part of a cluster without a word, and gives what starts it again with the same data. Linux only: reads `/proc`.
 * The new process dies with this one; whoever starts it ends it.
 */
export async function killPart(
  { processes, kubeconfigPath }: Kubernetes,
  name: ComponentName,
): Promise<() => Promise<ComponentProcess>> {
  const identity = processes[name]
  if (!identity || !isAlive(identity)) throw new Error(`there is no ${name} to kill`)
  const command = (await readFile(`/proc/${identity.pid}/cmdline`, 'utf8')).split('\0').slice(0, -1)
  process.kill(identity.pid, 'SIGKILL')
  await waitUntil(() => Promise.resolve(!isAlive(identity)), { withinMs: 10_000, what: `the end of ${name}` })
  const layout = layoutIn(dirname(kubeconfigPath))
  return () => startComponent({ name, command, logFile: layout.log(name), folder: layout.data })
}
