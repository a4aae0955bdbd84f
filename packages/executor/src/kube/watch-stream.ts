import type { JsonRequests } from './json-requests.ts'
import type { KubeRequest } from './transport.ts'
import type { WatchEvent } from './types.ts'
import type { WatchDecoder } from './watch-decoder.ts'

interface WatchStreamOptions<T> {
  readonly signal: AbortSignal | undefined
  readonly onOpen: (() => void) | undefined
  /** The stream is torn down after so long without a whole event. @default 150 s */
  readonly silenceMs: number | undefined
  readonly decoder: (contentType: string | undefined) => WatchDecoder<T>
}

/** A watch that asked for bookmarks hears from the server about each minute; two are missing when this is over. */
const SILENCE_MS = 150_000

/** The events of one watch: ends when the server ends it or the signal aborts, after an ERROR, and rejects on silence. */
export async function* watchStream<T>(
  json: JsonRequests,
  request: KubeRequest,
  { signal, onOpen, silenceMs = SILENCE_MS, decoder: decoderOf }: WatchStreamOptions<T>,
): AsyncGenerator<WatchEvent<T>, void, undefined> {
  let decoder: WatchDecoder<T> | undefined
  let events = 0
  const isWord = () => {
    const isEvent = events > 0
    events = 0
    return isEvent
  }
  const opened = (contentType: string | undefined) => {
    decoder = decoderOf(contentType)
    onOpen?.()
  }
  try {
    const limits = { pool: 'streams', silenceMs, isWord, onOpen: opened } as const
    for await (const chunk of json.transport.stream({ ...request, signal }, limits)) {
      for (const event of decoder?.push(chunk) ?? []) {
        if (signal?.aborted) return
        events += 1
        yield event
        if (event.type === 'ERROR') return
      }
    }
    if (!signal?.aborted) yield* decoder?.end() ?? []
  } catch (error) {
    throw json.unreadable(error, request)
  }
}
