import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
// Code that has not run for a while would go between two looks, and be more than what is looked for.
setFlagsFromString('--no-flush-bytecode')
const collect = runInNewContext('gc') as (options: object) => void

/** Bytes of the heap that are in use, when everything that can go has gone. */
export async function usedHeap(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    // What holds on to something for the present turn lets it go.
    await setImmediate()
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  }
  return process.memoryUsage().heapUsed
}
