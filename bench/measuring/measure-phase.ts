import type { Measures } from '../benchmark.ts'
import type { ClientProcess } from './client-process.ts'
import { cpuMsOf, treeCpuMs, treeResidentBytes } from './cpu-time.ts'
import { epochNow } from './epoch-now.ts'

/** What a phase took of the machine, in milliseconds of CPU. */
export interface PhaseUsage {
  readonly wallMs: number
  readonly clientCpuMs: number
  /** What the client had in RAM when the phase was done. */
  readonly clientResidentBytes: number
  /** By the server's part: `kube-apiserver`, `etcd`, `kwok`… */
  readonly serverCpuMs: Readonly<Record<string, number>>
}

export interface MeasuredPhase extends PhaseUsage {
  /** What the client itself counted. */
  readonly measures: Measures
  /** When it was let go and when it was done, in milliseconds of the epoch. */
  readonly from: number
  readonly to: number
}

/** Lets a client's phase run and measures what everybody used for it. */
export async function measurePhase(
  client: ClientProcess,
  phase: string,
  server: Readonly<Record<string, { readonly pid: number }>> = {},
): Promise<MeasuredPhase> {
  await client.ready(phase)
  const used = () => ({
    at: epochNow(),
    client: treeCpuMs(client.pid),
    server: Object.entries(server).map(([name, { pid }]) => [name, cpuMsOf(pid)] as const),
  })
  const before = used()
  client.go()
  const measures = await client.done(phase)
  const after = used()
  const clientResidentBytes = treeResidentBytes(client.pid)
  client.release()
  const serverBefore = new Map(before.server)
  return {
    measures,
    from: before.at,
    to: after.at,
    wallMs: after.at - before.at,
    clientCpuMs: after.client - before.client,
    clientResidentBytes,
    serverCpuMs: Object.fromEntries(after.server.map(([name, ms]) => [name, ms - (serverBefore.get(name) ?? 0)])),
  }
}
