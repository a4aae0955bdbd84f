import type { KubeObject } from '../../storage/kube-object.ts'

const SLAB_BYTES = 1 << 20

/**
 * Bytes of objects, made once and shared by every list and every watch that soon asks again. Stored objects never change,
 * so an object is its own key. Holds two generations of at most `limit` bytes each: what is asked for moves into the
 * young one; when that is full the old one is forgotten.
 */
export class RecentBytes {
  readonly #limit: number
  #young = new WeakMap<KubeObject, Buffer>()
  #old = new WeakMap<KubeObject, Buffer>()
  #size = 0
  /** Texts lie in large pieces of memory, one behind the other: a piece of its own for each costs more than its text. */
  #slab: Buffer = Buffer.alloc(0)
  #slabEnd = 0

  /** @param limit the default has room for 7,000 pods of usual size */
  constructor(limit = 32 << 20) {
    this.#limit = limit
  }

  get(object: KubeObject, make: () => string): Buffer {
    const young = this.#young.get(object)
    if (young) return young
    const old = this.#old.get(object)
    const bytes = old ? this.#copied(old) : this.#written(make())
    if (this.#size + bytes.length > this.#limit) {
      this.#old = this.#young
      this.#young = new WeakMap()
      this.#size = 0
    }
    this.#size += bytes.length
    this.#young.set(object, bytes)
    return bytes
  }

  #written(text: string): Buffer {
    const place = this.#place(Buffer.byteLength(text))
    place.write(text)
    return place
  }

  /** A copy, so that one object that is asked for for long does not keep all its old neighbours. */
  #copied(bytes: Buffer): Buffer {
    const place = this.#place(bytes.length)
    bytes.copy(place)
    return place
  }

  #place(length: number): Buffer {
    if (length > SLAB_BYTES / 4) return Buffer.allocUnsafeSlow(length)
    if (this.#slabEnd + length > this.#slab.length) {
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#slabEnd = 0
    }
    const place = this.#slab.subarray(this.#slabEnd, this.#slabEnd + length)
    this.#slabEnd += length
    return place
  }
}
