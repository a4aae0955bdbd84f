import { stripVTControlCharacters } from 'node:util'
import { type Clock, sleep, steadyClock } from '../../clock.ts'
import { ArgumentError } from '../../errors.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import { isBadRequest, isConnectionError } from '../../kube/status-predicates.ts'
import { SeenLog } from './seen-log.ts'

/** Where a log is. */
export interface LogPlace {
  readonly namespace: string
  readonly name: string
}

/** Between looks at a container that has not started. */
const POLL_MS = 1_000
/** Connections in a row that break at once, before anything came. */
const MOST_BROKEN = 5
/** Who cuts a quiet connection after so long does no harm. */
const HELD_MS = 10_000
const MAIN = 'base'

/** The last lines of a task's log. */
export async function tailLog(
  pods: PodVerbs,
  { namespace, name }: LogPlace,
  options: { readonly tailLines: number; readonly timeoutMs: number },
): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const line of logLines(pods.log(namespace, name, { container: MAIN, ...options }))) lines.push(line)
  return lines
}

/**
 * A task's log from its beginning, line by line as it grows, until the container ends. Waits for the container to start, and
 * goes on where a connection broke.
 */
export async function* followLog(
  pods: PodVerbs,
  { namespace, name }: LogPlace,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<string, void, void> {
  yield* logLines(followBytes(pods, { namespace, name }, { clock, signal }))
}

async function* followBytes(
  pods: PodVerbs,
  { namespace, name }: LogPlace,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<Uint8Array, void, undefined> {
  const seen = new SeenLog()
  const steady = steadyClock(clock)
  for (let broken = 0; !signal.aborted; ) {
    const openedAt = steady.now()
    try {
      for await (const chunk of seen.continue(pods.log(namespace, name, { container: MAIN, follow: true, signal }))) {
        broken = 0
        yield chunk
      }
      return
    } catch (error) {
      if (signal.aborted) return
      if (steady.now() - openedAt >= HELD_MS) broken = 0
      if (!isNotYet(error) && !(isConnectionError(error) && ++broken <= MOST_BROKEN)) throw error
      // At once after the first break, as the archive reads on.
      if (broken !== 1) await sleep(clock, POLL_MS, signal)
    }
  }
}

/** The answers to a log that cannot be there yet: no node, or a container that is waiting to start. */
function isNotYet(error: unknown): boolean {
  return isBadRequest(error) && /waiting to start|not available|does not have a host/.test(String(error))
}

/** Bytes as lines of text, without terminal escape sequences. */
async function* logLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of bytes) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield plainLine(line)
  }
  rest += decoder.decode()
  if (rest !== '') yield plainLine(rest)
}

function plainLine(line: string): string {
  return stripVTControlCharacters(line.endsWith('\r') ? line.slice(0, -1) : line)
}

/** No pod is there to read a log from. */
export function noPodError(selector: string): ArgumentError {
  return new ArgumentError(`no pod of the task is there; looked for ${selector}`)
}
