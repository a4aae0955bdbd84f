import { type ComponentProcess, endOfLog } from './component-process.ts'
import type { ComponentName } from './layout.ts'
import { StopWaiting, waitUntil } from './wait-until.ts'

export interface ReadyOptions {
  /** The parts that run so far: if one ends, the wait ends with its error. */
  readonly components: readonly ComponentProcess[]
  readonly withinMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits for what one part is responsible for, as {@link waitUntil}.
 *
 * @throws Error that names the part in trouble, this one or another, and ends with its log
 */
export async function waitForComponent<T>(
  what: string,
  responsible: ComponentName,
  { components, withinMs, signal }: ReadyOptions,
  question: () => T | Promise<T>,
): Promise<Exclude<T, false | null | undefined>> {
  const ask = () => {
    for (const component of components) {
      const failure = component.failure()
      if (failure !== null) throw new StopWaiting(failure)
    }
    return question()
  }
  try {
    return await waitUntil(ask, { what, withinMs, signal })
  } catch (error) {
    const component = components.find(({ name }) => name === responsible)
    if (component === undefined || !(error instanceof Error) || !error.message.startsWith('gave up')) throw error
    throw new Error(`${responsible}: ${error.message}; ${endOfLog(component.logFile)}`, { cause: error.cause })
  }
}
