import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { createKubeClient } from '../../src/kube/create-kube-client.ts'
import type { KubeClient, WatchOptions } from '../../src/kube/kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import type { KubeConnectionError } from '../../src/kube/kube-errors.ts'
import type { PodView } from '../../src/kube/pod-view.ts'
import type { WatchEvent } from '../../src/kube/types.ts'
import { kubeconfigText } from '../support/kubeconfig-text.ts'
import { startWireServer, statusBody, type WireServer } from '../support/wire-server.ts'

let server: WireServer
let kube: KubeClient
/** Counts how often a timer was set: once for each wait for bytes. */
class CountingClock extends FakeClock {
  timersSet = 0

  override setTimeout(callback: () => void, delayMs: number) {
    this.timersSet += 1
    return super.setTimeout(callback, delayMs)
  }
}

let clock: CountingClock
/** The server's end of each watch. */
let streams: ServerResponse[]

beforeEach(async () => {
  streams = []
  clock = new CountingClock()
  server = await startWireServer((_, response) => streams.push(response))
  kube = createKubeClient(await loadKubeConfig({ kubeconfig: kubeconfigText({ server: server.url }), env: {} }), {
    clock,
  })
})
afterEach(async () => {
  await kube.close()
  await server.stop()
})

type Seen = WatchEvent<string | undefined>

/** Watches in the background; what comes is in `events`, and how it ends in `ended`. */
function watch(options: Partial<WatchOptions<string | undefined>> = {}) {
  const events: Seen[] = []
  const project = (pod: PodView) => pod.metadata?.name
  const ended = (async () => {
    for await (const event of kube.pods.watch('ns', { resourceVersion: '7', project, ...options })) events.push(event)
  })().then(
    () => 'in peace' as const,
    (error: KubeConnectionError) => error,
  )
  return { events, ended }
}

async function opened(): Promise<ServerResponse> {
  await eventually(() => streams.length > 0)
  return streams.at(-1) as ServerResponse
}

function line(type: string, name: string, resourceVersion: string): string {
  return `${JSON.stringify({ type, object: { kind: 'Pod', metadata: { name, resourceVersion }, spec: {} } })}\n`
}

function namesOf(events: readonly Seen[]): unknown[] {
  return events.map((event) => ('object' in event ? event.object : event.type))
}

describe('a watch', () => {
  it('asks for bookmarks, a version and an end', async () => {
    const { ended } = watch({ labelSelector: 'a=b', timeoutSeconds: 300 })
    const stream = await opened()
    stream.end()
    expect(await ended).toBe('in peace')
    const { pathname, searchParams } = new URL(server.requests[0]?.url ?? '', 'http://x')
    expect([pathname, Object.fromEntries(searchParams)]).toEqual([
      '/api/v1/namespaces/ns/pods',
      { labelSelector: 'a=b', watch: 'true', allowWatchBookmarks: 'true', resourceVersion: '7', timeoutSeconds: '300' },
    ])
  })

  it('reads events however the bytes are cut, in the middle of an emoji too', async () => {
    const { events, ended } = watch()
    const stream = await opened()
    const bytes = Buffer.from(
      line('ADDED', 'ä', '8') + line('MODIFIED', '🚣', '9') + line('DELETED', '船', '10'),
      'utf8',
    )
    for (let at = 0; at < bytes.length; at += 3) {
      stream.write(bytes.subarray(at, at + 3))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await eventually(() => events.length === 3)
    expect(events).toEqual([
      { type: 'ADDED', resourceVersion: '8', object: 'ä' },
      { type: 'MODIFIED', resourceVersion: '9', object: '🚣' },
      { type: 'DELETED', resourceVersion: '10', object: '船' },
    ])
    stream.end()
    expect(await ended).toBe('in peace')
  })

  it('reads many events in one chunk, a line of 3 MiB, and a last line without an end', async () => {
    const { events, ended } = watch()
    const stream = await opened()
    const long = 'x'.repeat(3 * 1024 * 1024)
    stream.end(line('ADDED', 'a', '1') + line('ADDED', long, '2') + line('ADDED', 'b', '3').trimEnd())
    expect(await ended).toBe('in peace')
    expect(namesOf(events)).toEqual(['a', long, 'b'])
  })

  it('gives an ERROR event, and ends with it', async () => {
    const status = statusBody(410, 'Expired', 'too old resource version: 7 (740)')
    const { events, ended } = watch()
    const stream = await opened()
    stream.write(`${JSON.stringify({ type: 'ERROR', object: status })}\n${line('ADDED', 'never', '9')}`)
    expect(await ended).toBe('in peace')
    expect(events).toEqual([{ type: 'ERROR', status }])
    await eventually(() => server.sockets.size === 0)
  })

  it.each([
    ['a line that is not JSON', `${line('ADDED', 'a', '1')}{"type":"ADDED","obj\n`],
    ['a page of HTML', '<html><body>sign in</body></html>'],
    ['half a line at the end', `${line('ADDED', 'a', '1')}${line('ADDED', 'b', '2').slice(0, 40)}`],
  ])('rejects on %s, after the events before it', async (_, text) => {
    const { events, ended } = watch()
    const stream = await opened()
    stream.end(text)
    expect(await ended).toMatchObject({
      kind: 'protocol',
      message: expect.stringContaining('what came cannot be read'),
    })
    expect(namesOf(events)).toEqual(text.startsWith('{') ? ['a'] : [])
  })

  it('rejects when the connection breaks in the middle, after the events before it', async () => {
    const { events, ended } = watch()
    const stream = await opened()
    stream.write(line('ADDED', 'a', '1'))
    await eventually(() => events.length === 1)
    stream.socket?.resetAndDestroy()
    expect(await ended).toMatchObject({ kind: 'reset' })
  })

  it("does not take headers that wait for the first event for the ordinary deadline's timeout", async () => {
    const { events, ended } = watch({ silenceMs: 150_000 })
    const stream = await opened()
    await clock.advance(149_999)
    stream.write(line('ADDED', 'a', '1'))
    await eventually(() => events.length === 1)
    stream.end()
    expect(await ended).toBe('in peace')
    expect(clock.pendingCount).toBe(0)
  })

  it('is torn down when headers do not come for the length of the silence', async () => {
    const { ended } = watch({ silenceMs: 150_000 })
    await opened()
    await clock.advance(150_000)
    expect(await ended).toMatchObject({ kind: 'silence', message: expect.stringMatching(/nothing came for 150 s$/) })
    await eventually(() => server.sockets.size === 0)
    expect(clock.pendingCount).toBe(0)
  })

  it('counts silence from the last whole line: bytes that trickle in tell nothing', async () => {
    const { events, ended } = watch({ silenceMs: 10_000 })
    const stream = await opened()
    const write = async (bytes: string) => {
      const before = clock.timersSet
      stream.write(bytes)
      // The bytes have arrived when the next wait has begun.
      await eventually(() => clock.timersSet > before)
    }
    const [half, rest] = [line('ADDED', 'a', '1').slice(0, 9), line('ADDED', 'a', '1').slice(9)]
    await clock.advance(6_000)
    await write(half)
    await clock.advance(3_999)
    await write(rest)
    await eventually(() => events.length === 1)
    for (const byte of half) {
      await clock.advance(1_100)
      await write(byte)
    }
    await clock.advance(100)
    expect(await ended).toMatchObject({ kind: 'silence' })
    expect(events).toHaveLength(1)
  })

  it('does not count the time that its consumer takes for an event', async () => {
    const seen: Seen[] = []
    const iterator = kube.pods.watch('ns', { silenceMs: 10_000, project: (pod) => pod.metadata?.name })
    const ended = (async () => {
      for await (const event of iterator) {
        seen.push(event)
        await clock.advance(60_000)
      }
      return 'in peace'
    })()
    const stream = await opened()
    stream.write(line('ADDED', 'a', '1'))
    await eventually(() => seen.length === 1)
    stream.end(line('ADDED', 'b', '2'))
    expect(await ended).toBe('in peace')
    expect(namesOf(seen)).toEqual(['a', 'b'])
  })

  it('ends quietly by its signal, with half a line in hand too', async () => {
    const controller = new AbortController()
    const { events, ended } = watch({ signal: controller.signal })
    const stream = await opened()
    stream.write(`${line('ADDED', 'a', '1')}{"type":`)
    await eventually(() => events.length === 1)
    controller.abort()
    expect(await ended).toBe('in peace')
    await eventually(() => server.sockets.size === 0)
  })

  it('closes its connection when its consumer has enough', async () => {
    const stream = opened()
    void stream.then((response) => response.write(line('ADDED', 'a', '1') + line('ADDED', 'b', '2')))
    for await (const event of kube.pods.watch('ns', { project: (pod) => pod.metadata?.name })) {
      expect(event).toMatchObject({ object: 'a' })
      break
    }
    await eventually(() => server.sockets.size === 0)
    expect(clock.pendingCount).toBe(0)
  })

  it("passes on what its consumer's projection throws", async () => {
    const project = () => {
      throw new SyntaxError('of mine')
    }
    const { ended } = watch({ project })
    const stream = await opened()
    stream.write(line('ADDED', 'a', '1'))
    expect(await ended).toMatchObject({ name: 'SyntaxError', message: 'of mine' })
  })
})
