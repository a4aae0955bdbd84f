import { ConfigError } from '../errors.ts'
import type { ExecutorConfig, ExecutorOptions } from './executor-config.ts'
import { resolveConfig } from './resolve-config.ts'

const NO_LEASES = {
  file: null,
  path: 'adoption',
  message: '"lease" needs a store with leases, and this one has none',
  hint: 'use "label", or a store that has `leases`',
}

/**
 * As {@link resolveConfig}, for an executor on this store.
 *
 * @throws {ConfigError} `CONFIG_INVALID`, with all problems at once.
 */
export function resolveConfigForStore(
  options: ExecutorOptions,
  { hasLeases }: { readonly hasLeases: boolean },
): ExecutorConfig {
  const isMissing = options.adoption === 'lease' && !hasLeases
  try {
    const config = resolveConfig(options)
    if (isMissing) throw new ConfigError([])
    return config
  } catch (error) {
    if (!(error instanceof ConfigError) || !isMissing) throw error
    throw new ConfigError([...error.problems, NO_LEASES])
  }
}
