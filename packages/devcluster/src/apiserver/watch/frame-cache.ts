import type { KubeObject } from '../../storage/kube-object.ts'

/** As many events as are kept ready: watchers read the same ones at nearly the same time. */
const LIMIT = 2_048

/**
 * Bytes of watch events, made once for all watchers that want the same form. An event is known by its object, of which
 * each change has one of its own, and by its type.
 */
export class FrameCache {
  readonly #frames = new Map<string, WeakMap<KubeObject, Buffer>>()
  #count = 0

  frame(type: string, form: string, object: KubeObject, make: () => string): Buffer {
    const key = `${type} ${form}`
    let frames = this.#frames.get(key)
    const known = frames?.get(object)
    if (known) return known
    if (++this.#count > LIMIT) {
      // Old events are hardly asked for again: forgetting all of them now and then is cheaper than knowing which.
      this.#frames.clear()
      this.#count = 1
      frames = undefined
    }
    if (!frames) {
      frames = new WeakMap()
      this.#frames.set(key, frames)
    }
    const frame = Buffer.from(make())
    frames.set(object, frame)
    return frame
  }
}
