import type { ExecutorConfig, ExecutorOptions } from './executor-config.ts'

const STUCK = 'a pod that does not start has `unscheduledSeconds` and its like, a refused create `maxRefusalSeconds`'
const LOOP = 'it is of the scheduler that calls the executor'

/**
 * Airflow's options that are taken so that a configuration can be brought along, and do nothing here. Each with the
 * reason: who sets one is told.
 */
export const optionsWithoutEffect: Readonly<Partial<Record<keyof ExecutorConfig, string>>> = {
  apiClientRetryConfiguration:
    'every call has its own rule for repeating it, with `taskPublishMaxRetries` and `maxRefusalSeconds`',
  taskQueuedTimeout: STUCK,
  taskQueuedTimeoutCheckInterval: STUCK,
  numStuckInQueuedRetries: STUCK,
  schedulerHealthCheckThreshold: `${LOOP}: \`aliveJobIds\` says who lives`,
  schedulerIdleSleepTime: `${LOOP}: \`onActivity\` says when there is something to do`,
  maxTisPerQuery: LOOP,
}

/** Those of them that are set. */
export function idleOptions(options: ExecutorOptions): readonly { readonly option: string; readonly reason: string }[] {
  const idle = Object.entries(optionsWithoutEffect)
    .filter(([option]) => options[option as keyof ExecutorOptions] !== undefined)
    .map(([option, reason]) => ({ option, reason }))
  const args = Object.keys(options.kubeClientRequestArgs ?? {}).filter((name) => name !== '_request_timeout')
  return [
    ...idle,
    ...args.map((name) => ({ option: `kubeClientRequestArgs.${name}`, reason: 'it is of the Python client' })),
  ]
}
