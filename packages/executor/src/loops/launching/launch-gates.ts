import type { Clock } from '../../clock.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { Logger } from '../../logger.ts'
import { hasLaunchGate, LAUNCH_GATE } from '../../pods/protocol-marks.ts'
import type { LaunchEntry } from '../launch-entry.ts'
import type { Launch } from '../launch-store.ts'
import { ifStillThere } from '../outcomes/delete-pod.ts'
import { WorkQueue } from '../work-queue.ts'
import { taskFields } from './launcher.ts'

interface LaunchGatesOptions {
  readonly pods: PodVerbs
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/**
 * Lifts the scheduling gates of pods whose launch the store has bound: at the bind, and again whenever such a pod is seen
 * with its gate, so that nobody's crash or lost answer leaves one behind.
 */
export class LaunchGates {
  /** Of those whose pods do not run yet. */
  readonly #bound = new WeakSet<Launch>()
  readonly #pending = new Set<Launch>()
  readonly #lifts: WorkQueue<{ readonly entry: LaunchEntry; readonly launch: Launch }>

  constructor({ pods, clock, random, logger }: LaunchGatesOptions) {
    this.#lifts = new WorkQueue<{ readonly entry: LaunchEntry; readonly launch: Launch }>({
      concurrency: 16,
      clock,
      random,
      work: async ({ entry, launch }, signal) => {
        // Revoked meanwhile: the pod is on its way out, and is not to start.
        if (entry.launch === launch && entry.phase === 'live') await liftGate(pods, launch, signal)
        this.#pending.delete(launch)
      },
      onError: ({ entry }, error, delayMs) => {
        logger.warn('launch gate cannot be lifted yet', { ...taskFields(entry), error, delayMs })
        return true
      },
    })
  }

  /** The store has bound the launch to its pod. */
  bound(entry: LaunchEntry): void {
    if (!entry.launch || entry.wasRunning) return
    this.#bound.add(entry.launch)
    if (entry.record) this.seen(entry)
  }

  /** The pod was seen: lifts its gate, if it has one and the store knows the pod. */
  seen(entry: LaunchEntry): void {
    const { launch, record } = entry
    if (!launch || !record || !hasLaunchGate(record)) return
    if (!this.#bound.has(launch) || this.#pending.has(launch)) return
    this.#pending.add(launch)
    this.#lifts.push({ entry, launch })
  }

  /** The pod runs: it has no gate any more. */
  passed({ launch }: LaunchEntry): void {
    if (launch) this.#bound.delete(launch)
  }

  idle(options?: { readonly withDelayed?: boolean }): Promise<void> {
    return this.#lifts.idle(options)
  }

  stop(): Promise<void> {
    return this.#lifts.stop()
  }
}

async function liftGate(pods: PodVerbs, { namespace, podName, uid }: Launch, signal: AbortSignal): Promise<void> {
  const patch = { metadata: { uid }, spec: { schedulingGates: [{ name: LAUNCH_GATE, $patch: 'delete' }] } }
  await ifStillThere(() => pods.patch(namespace, podName, { type: 'strategic', patch }, { signal, metadataOnly: true }))
}
