import { type Clock, sleep } from '../../clock.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import { isBadRequest, isNotFound } from '../../kube/status-predicates.ts'
import type { Launch } from '../launch-store.ts'
import { SeenLog } from './seen-log.ts'

interface WholeLogOptions {
  readonly pods: PodVerbs
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly timeoutMs: number
  /** Until the container ends. @default false: what there is */
  readonly follow?: boolean
  /** ISO 8601, of the container; absent: not known. */
  readonly startedAt?: string | undefined
}

const MAIN = 'base'
const RETRIES = 3
const RETRY_MS = 1_000
/** A log that is shorter than this was hardly rotated: kubelets do that at 10 MiB, if not told otherwise. */
const MUCH_BYTES = 256 * 1_024
/** Programs may be silent at first; kubelets look every ten seconds whether a log is too long. */
const SILENCE_MS = 10_000

/**
 * A container's log for the archive, whole if that can be: read on where a connection broke, and with a line of ours for
 * what is missing, at its place. Rejects only when it was aborted.
 */
export async function* wholeLog(launch: Launch, options: WholeLogOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const { clock, signal } = options
  const head = new Head()
  const seen = new SeenLog()
  for (let trial = 0; ; trial++) {
    try {
      for await (const chunk of seen.continue(openLog(launch, options))) {
        yield* head.add(chunk, () => rotationGap(launch, options))
      }
      yield* head.rest()
      return
    } catch (error) {
      const isLost = isNotFound(error) || isBadRequest(error)
      if (!signal.aborted && !isLost && trial < RETRIES) {
        // At once the first time: the log of a pod that is leaving may be gone in a moment.
        if (trial > 0) await sleep(clock, RETRY_MS, signal)
        continue
      }
      yield* head.rest()
      if (signal.aborted) throw error
      yield line(
        `${seen.count === 0 ? 'the log' : 'the rest of the log'} is lost: ${error instanceof Error ? error.message : String(error)}`,
      )
      return
    }
  }
}

/** The first bytes of a log, kept back until it is known whether they are much. */
class Head {
  #kept: Uint8Array[] | null = []
  #bytes = 0

  async *add(chunk: Uint8Array, gap: () => Promise<Uint8Array | null>): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#kept === null) {
      yield chunk
      return
    }
    this.#kept.push(chunk)
    this.#bytes += chunk.byteLength
    if (this.#bytes < MUCH_BYTES) return
    const missing = await gap()
    if (missing) yield missing
    yield* this.rest()
  }

  *rest(): Generator<Uint8Array, void, undefined> {
    const kept = this.#kept ?? []
    this.#kept = null
    yield* kept
  }
}

function openLog({ namespace, podName }: Launch, { pods, signal, timeoutMs, follow }: WholeLogOptions) {
  return pods.log(namespace, podName, {
    container: MAIN,
    signal,
    ...(follow ? { follow } : { timeoutMs }),
  })
}

/** Says what rotation has taken: the node keeps the newest file of a log only for readers. */
async function rotationGap({ namespace, podName }: Launch, options: WholeLogOptions): Promise<Uint8Array | null> {
  const { pods, signal, timeoutMs, startedAt } = options
  if (startedAt === undefined) return null
  let first = ''
  try {
    const log = pods.log(namespace, podName, { container: MAIN, timestamps: true, limitBytes: 64, signal, timeoutMs })
    for await (const chunk of log) first += new TextDecoder().decode(chunk)
  } catch {
    return null
  }
  const from = first.split(' ')[0] ?? ''
  const silenceMs = Date.parse(from) - Date.parse(startedAt)
  if (!(silenceMs > SILENCE_MS)) return null
  return line(
    `the node has this log from ${from} only, ${Math.round(silenceMs / 1000)} s after the container started: what was written before was rotated away`,
  )
}

function line(text: string): Uint8Array {
  return new TextEncoder().encode(`[davit] ${text}\n`)
}
