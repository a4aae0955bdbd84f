/** Numbers from 0 up to 1, as `Math.random`: injected, so that a seed gives the same names and uids again. */
export type Random = () => number

/**
 * Numbers from 0 up to 1 that are the same for the same seed (mulberry32), for the option `random`. Not for secrets.
 *
 * @param seed any whole number; its lowest 32 bits count
 */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
