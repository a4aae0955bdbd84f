import type { ResourcePath, ResourceVerbs, WatchResourceOptions } from '../../src/kube/kube-client.ts'
import type { WatchEvent } from '../../src/kube/types.ts'

/** One watch that was asked for. */
interface AskedWatch {
  readonly path: ResourcePath
  readonly isAborted: () => boolean
  readonly send: (event: WatchEvent<unknown>) => void
  /** As the server does in peace, or with this error. */
  readonly end: (error?: Error) => void
}

/** Watches on any resource, whose server is the test. */
export class FakeResourceWatches implements Pick<ResourceVerbs, 'watch'> {
  readonly asked: AskedWatch[] = []

  watch<T>(path: ResourcePath, { signal }: WatchResourceOptions = {}): AsyncIterable<WatchEvent<T>> {
    const stream = new TransformStream<WatchEvent<T>, WatchEvent<T>>(undefined, undefined, { highWaterMark: 1_000 })
    const writer = stream.writable.getWriter()
    signal?.addEventListener('abort', () => void writer.close().catch(() => {}))
    this.asked.push({
      path,
      isAborted: () => signal?.aborted ?? false,
      send: (event) => void writer.write(event as WatchEvent<T>),
      end: (error) => void (error ? writer.abort(error) : writer.close()),
    })
    return stream.readable as unknown as AsyncIterable<WatchEvent<T>>
  }
}
