import type { Layout } from './layout.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { processesOf } from './processes-of.ts'
import { stopProcesses } from './stop-processes.ts'

/**
 * Ends the parts of a Kubernetes together with what waits for them. Both at once: `nsenter` stops with a part that is
 * suspended, and the machine of the kubelet does not end before somebody has waited for each process in it.
 *
 * @param parts those that are known; what else runs on the folder's data is found
 * @throws Error when one is still there after thirty seconds
 */
export async function stopParts({ data }: Layout, parts: readonly ProcessIdentity[] = []): Promise<void> {
  await stopProcesses([...parts, ...processesOf(data)])
}
