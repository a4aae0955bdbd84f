import { type Problem, problemText } from './problem.ts'

/** Every code of the errors that this package throws on purpose; docs/reference/errors.md explains each. */
export const errorCodes = [
  'ARGUMENT_INVALID',
  'CONFIG_INVALID',
  'EXECUTOR_CONFIG_INVALID',
  'EXECUTOR_STATE',
  'KUBE_API',
  'KUBE_CONFIG',
  'KUBE_CONNECTION',
  'KUBE_EXEC_PLUGIN',
  'NAMESPACE_NOT_WATCHED',
  'POD_INVALID',
  'POD_MUTATION_HOOK',
  'POD_NAME_TAKEN',
  'POD_RECONCILIATION',
  'POD_TEMPLATE_INVALID',
  'WATCH_ERROR',
] as const

/** A code of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number]

/** Base of the errors that this package throws on purpose. Branch on `code`: messages may be reworded. */
export class ExecutorError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name: string = 'ExecutorError'
  readonly code: Code

  constructor(code: Code, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The caller's mistake in an argument: a length, a date, a name. */
export class ArgumentError extends ExecutorError<'ARGUMENT_INVALID'> {
  override readonly name = 'ArgumentError'

  constructor(message: string, options?: ErrorOptions) {
    super('ARGUMENT_INVALID', message, options)
  }
}

/** Base of the errors about input: `problems` has all that is wrong with it, and the message one line for each. */
export class InputError<Code extends ErrorCode = ErrorCode> extends ExecutorError<Code> {
  override readonly name: string = 'InputError'
  readonly problems: readonly Problem[]

  constructor(code: Code, problems: readonly Problem[], options?: ErrorOptions) {
    super(code, problems.map(problemText).join('\n'), options)
    this.problems = problems
  }
}

/** The executor's configuration is wrong; paths are option names, or environment names where it came from there. */
export class ConfigError extends InputError<'CONFIG_INVALID'> {
  override readonly name = 'ConfigError'

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super('CONFIG_INVALID', problems, options)
  }
}

/** A pod template cannot be read, or is not a pod template. */
export class PodTemplateError extends InputError<'POD_TEMPLATE_INVALID'> {
  override readonly name = 'PodTemplateError'

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super('POD_TEMPLATE_INVALID', problems, options)
  }
}

/** An object that should be a pod is none: unknown fields, wrong types, no containers. */
export class PodError extends InputError<'POD_INVALID'> {
  override readonly name = 'PodError'

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super('POD_INVALID', problems, options)
  }
}

/** Template, generated pod and override cannot be made one. Airflow: `PodReconciliationError`. */
export class PodReconciliationError extends InputError<'POD_RECONCILIATION'> {
  override readonly name = 'PodReconciliationError'

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super('POD_RECONCILIATION', problems, options)
  }
}

/** A task's `executorConfig` is not what the executor takes. Airflow: `Invalid executor_config passed`. */
export class ExecutorConfigError extends InputError<'EXECUTOR_CONFIG_INVALID'> {
  override readonly name = 'ExecutorConfigError'

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super('EXECUTOR_CONFIG_INVALID', problems, options)
  }
}

/** The user's pod mutation hook threw; its error is the `cause`. Airflow: `PodMutationHookException`. */
export class PodMutationHookError extends ExecutorError<'POD_MUTATION_HOOK'> {
  override readonly name = 'PodMutationHookError'

  constructor(message: string, options?: ErrorOptions) {
    super('POD_MUTATION_HOOK', message, options)
  }
}

/** Template, override or hook put the pod into a namespace that nobody watches: its end would never be seen (I12). */
export class NamespaceNotWatchedError extends ExecutorError<'NAMESPACE_NOT_WATCHED'> {
  override readonly name = 'NamespaceNotWatchedError'
  readonly namespace: string
  readonly watchedNamespaces: readonly string[]

  constructor(namespace: string, watchedNamespaces: readonly string[]) {
    super(
      'NAMESPACE_NOT_WATCHED',
      `metadata.namespace: ${JSON.stringify(namespace)} is not watched, so the pod's end would not be seen; watched: ${watchedNamespaces.join(', ')}`,
    )
    this.namespace = namespace
    this.watchedNamespaces = watchedNamespaces
  }
}
