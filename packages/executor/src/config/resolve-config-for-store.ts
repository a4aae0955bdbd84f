import { ConfigError } from '../errors.ts'
import type { Problem } from '../problem.ts'
import type { ExecutorConfig, ExecutorOptions } from './executor-config.ts'
import { resolveConfig } from './resolve-config.ts'

/** What the store of an executor can do. */
interface StoreAbilities {
  readonly hasLeases: boolean
  /** Its memory ends with the process. */
  readonly isVolatile: boolean
}

const NO_LEASES: Problem = {
  file: null,
  path: 'adoption',
  message: '"lease" needs a store with leases, and this one has none',
  hint: 'use "label", or a store that has `leases`',
}

const NO_MEMORY: Problem = {
  file: null,
  path: 'outcomeFinalizer',
  message: 'needs a store that outlives the process: else nobody takes the finalizer off after a restart',
  hint: 'pass `store`, or leave it out',
}

/**
 * As {@link resolveConfig}, for an executor on this store.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, with all problems at once.
 */
export function resolveConfigForStore(
  options: ExecutorOptions,
  { hasLeases, isVolatile }: StoreAbilities,
): ExecutorConfig {
  const missing = [
    ...(options.adoption === 'lease' && !hasLeases ? [NO_LEASES] : []),
    ...(options.outcomeFinalizer === true && isVolatile ? [NO_MEMORY] : []),
  ]
  try {
    const config = resolveConfig(options)
    if (missing.length > 0) throw new ConfigError([])
    return config
  } catch (error) {
    if (!(error instanceof ConfigError) || missing.length === 0) throw error
    throw new ConfigError([...error.problems, ...missing])
  }
}
