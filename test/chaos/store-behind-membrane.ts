import type { Membrane } from './membrane.ts'

/** What a call to the store meets. */
export type StoreTrouble =
  /** It is carried out this much later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** It is carried out, and its answer comes this much later. */
  | { readonly kind: 'slowAnswer'; readonly delayMs: number }
  /** It is not carried out. */
  | { readonly kind: 'refused' }
  /** It is carried out, and its answer is lost. */
  | { readonly kind: 'answerLost' }

interface StoreOptions {
  readonly membrane: Membrane
  /** Waits on the world's clock, not on the process' own. */
  readonly sleep: (delayMs: number) => Promise<void>
  /** Asked for each call. */
  readonly trouble: () => StoreTrouble | null
}

/** A store as one process has it: its own way there, with troubles of its own. Objects in it are reached the same way. */
export function storeBehindMembrane<T extends object>(store: T, options: StoreOptions): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value === 'function') {
        return (...args: unknown[]) => options.membrane.call(() => reach(options, () => value.apply(target, args)))
      }
      return typeof value === 'object' && value !== null ? storeBehindMembrane(value, options) : value
    },
  })
}

async function reach<T>({ sleep, trouble }: StoreOptions, work: () => Promise<T>): Promise<T> {
  const met = trouble()
  switch (met?.kind) {
    case 'slow':
      await sleep(met.delayMs)
      return work()
    case 'slowAnswer': {
      const answer = await work()
      await sleep(met.delayMs)
      return answer
    }
    case 'refused':
      throw new Error('database is locked')
    case 'answerLost':
      await work()
      throw new Error('connection to the database lost')
    default:
      return work()
  }
}
