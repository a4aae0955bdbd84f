import { Duplex } from 'node:stream'

/** One end of a connection within the process. What node:http and undici ask of a socket beside its bytes has no effect. */
class WireEnd extends Duplex {
  readonly #wire: MemoryWire
  #peer: WireEnd | undefined
  #onRead: (() => void) | undefined

  constructor(wire: MemoryWire) {
    super({ allowHalfOpen: false })
    this.#wire = wire
  }

  /** The other end; absent once it has been told that this one has gone. */
  get peer(): WireEnd | undefined {
    return this.#peer
  }

  static pair(wire: MemoryWire): [client: WireEnd, server: WireEnd] {
    const ends: [WireEnd, WireEnd] = [new WireEnd(wire), new WireEnd(wire)]
    const [client, server] = ends
    client.#peer = server
    server.#peer = client
    return ends
  }

  setTimeout(): this {
    return this
  }

  setNoDelay(): this {
    return this
  }

  setKeepAlive(): this {
    return this
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }

  override _read(): void {
    const resume = this.#onRead
    this.#onRead = undefined
    resume?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#wire.pass(this, () => {
      const peer = this.#peer
      // Bytes to somebody who has gone: his going has been told, or will be.
      if (!peer || peer.destroyed || peer.readableEnded || peer.push(chunk)) done()
      else peer.#onRead = done
    })
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#endPeer()
    done()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this._read()
    this.#endPeer()
    done(error)
  }

  #endPeer(): void {
    const peer = this.#peer
    this.#peer = undefined
    if (peer) this.#wire.pass(this, () => peer.destroyed || peer.push(null))
  }
}

/**
 * What lies between one client and a server of the same process: as many connections as the client asks for, whose bytes
 * pass as soon as the other side reads. Nothing of it takes time or depends on the machine, so that who waits for
 * {@link activity} to cease knows that nothing is on its way.
 */
export class MemoryWire {
  readonly #accept: (connection: Duplex) => void
  readonly #open = new Set<WireEnd>()
  #held: { readonly from: WireEnd; readonly deed: () => void }[] | null = null
  /** Ends that nobody hears any more. */
  readonly #stranded = new WeakSet<WireEnd>()
  #activity = 0
  #isDown = false

  /** `accept`: the server's, as a dev cluster's. */
  constructor(accept: (connection: Duplex) => void) {
    this.#accept = accept
  }

  /** Grows with everything that passes. */
  get activity(): number {
    return this.#activity
  }

  /** Connections that neither side has ended. */
  get openConnections(): number {
    return this.#open.size
  }

  /** For the option `connect` of `createKubeClient`, and whoever opens streams. @throws ECONNREFUSED while it is down */
  readonly connect = (): Duplex => {
    this.#activity += 1
    if (this.#isDown) {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', syscall: 'connect' })
    }
    const [client, server] = WireEnd.pair(this)
    this.#open.add(client)
    client.once('close', () => {
      this.#activity += 1
      this.#open.delete(client)
    })
    // Who is not there any more cannot be told of errors.
    for (const end of [client, server]) end.on('error', () => {})
    this.pass(client, () => this.#accept(server))
    return client
  }

  /** New connections are refused from now on, or no longer. */
  setDown(isDown: boolean): void {
    this.#isDown = isDown
  }

  /** Breaks every connection: as if the server, or something between, had ended it. Returns how many. */
  break(): number {
    const open = [...this.#open]
    for (const end of open) end.destroy()
    return open.length
  }

  /** Nothing passes from now on: the two sides believe each other silent. */
  hold(): void {
    this.#held ??= []
  }

  /** What was held passes, in order, and all that follows. Returns how much it was. */
  release(): number {
    const held = this.#held ?? []
    this.#held = null
    for (const { from, deed } of held) this.pass(from, deed)
    return held.length
  }

  /**
   * The connections that are open go silent for good, and nobody is told: something between has forgotten them. New ones
   * are had as ever. Returns how many.
   */
  strand(): number {
    this.#held = null
    for (const end of this.#open) {
      this.#stranded.add(end)
      if (end.peer) this.#stranded.add(end.peer)
    }
    return this.#open.size
  }

  /** Of the ends only: does it now, or once nothing is held any more. */
  pass(from: WireEnd, deed: () => void): void {
    if (this.#stranded.has(from)) return
    if (this.#held) {
      this.#held.push({ from, deed })
      return
    }
    this.#activity += 1
    deed()
  }
}
