import type { Problem } from '../problem.ts'
import type { ExecutorOptions, JsonObject } from './executor-config.ts'
import { optionRules } from './option-rules.ts'

type OptionName = keyof ExecutorOptions
/** What is wrong, and of which option to say it. */
type Found = Pick<Problem, 'message' | 'hint'> & { readonly at: OptionName }

interface CrossRule {
  /** The options that it looks at: with one of them wrong in itself it has nothing to say. */
  readonly of: readonly OptionName[]
  readonly check: (options: ExecutorOptions, pathOf: (option: string) => string) => Found | null
}

const rules: readonly CrossRule[] = [
  {
    of: ['multiNamespaceMode', 'multiNamespaceModeNamespaceList', 'namespace'],
    check({ multiNamespaceMode, multiNamespaceModeNamespaceList: list = [], namespace }) {
      const own = namespace ?? optionRules.namespace.default
      if (!multiNamespaceMode || list.length === 0 || list.includes(own)) return null
      const message = `must have the namespace ${JSON.stringify(own)} that pods are created in: their ends would not be seen`
      return { at: 'multiNamespaceModeNamespaceList', message }
    },
  },
  {
    of: ['workerContainerRepository', 'workerContainerTag'],
    check({ workerContainerRepository: repository = '', workerContainerTag: tag = '' }) {
      if ((repository === '') === (tag === '')) return null
      const [at, missing] =
        tag === ''
          ? (['workerContainerRepository', 'workerContainerTag'] as const)
          : (['workerContainerTag', 'workerContainerRepository'] as const)
      return { at, message: `is set without ${missing}`, hint: 'an image needs both' }
    },
  },
  notInCluster('configFile'),
  notInCluster('clusterContext'),
  {
    of: ['verifySsl', 'sslCaCert'],
    check({ verifySsl = true, sslCaCert = '' }) {
      if (verifySsl || sslCaCert === '') return null
      return { at: 'sslCaCert', message: 'is set, and certificates are not verified', hint: 'leave one of the two out' }
    },
  },
  {
    of: ['kubeClientRequestArgs'],
    check({ kubeClientRequestArgs: args = {} }) {
      if ((args._request_timeout ?? null) === null || airflowsRequestTimeout(args) !== null) return null
      const message = `_request_timeout must be seconds above 0, or [connect, read], not ${JSON.stringify(args._request_timeout)}`
      return { at: 'kubeClientRequestArgs', message }
    },
  },
  {
    of: ['deleteOptionKwargs'],
    check({ deleteOptionKwargs: given = {} }) {
      for (const [name, value] of Object.entries(given)) {
        const option = Object.hasOwn(DELETE_OPTIONS, name) ? DELETE_OPTIONS[name] : undefined
        if (option?.fits(value)) continue
        const message = option
          ? `${name} must be ${option.say}, not ${JSON.stringify(value)}`
          : `${name} is no option of a deletion`
        return { at: 'deleteOptionKwargs', message, hint: `there are ${Object.keys(DELETE_OPTIONS).join(' and ')}` }
      }
      return null
    },
  },
]

/** What of `delete_option_kwargs` Kubernetes' deletions take, and of what kind. */
const DELETE_OPTIONS: Readonly<Record<string, { readonly fits: (value: unknown) => boolean; readonly say: string }>> = {
  grace_period_seconds: {
    fits: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
    say: 'a whole number of at least 0',
  },
  propagation_policy: {
    fits: (value) => value === 'Orphan' || value === 'Background' || value === 'Foreground',
    say: '"Orphan", "Background" or "Foreground"',
  },
}

function notInCluster(option: 'configFile' | 'clusterContext'): CrossRule {
  return {
    of: ['inCluster', option],
    check(options, pathOf) {
      if (!options.inCluster || (options[option] ?? '') === '') return null
      const message = 'is set, and the credentials are those of the service account'
      return { at: option, message, hint: `leave it out, or set ${pathOf('inCluster')} to false` }
    },
  }
}

/**
 * What is wrong with options together, each of them being right in itself.
 *
 * @param wrong options that are not: rules about them are passed over
 * @param pathOf the name under which an option is reported
 */
export function crossProblems(
  options: ExecutorOptions,
  wrong: ReadonlySet<string>,
  pathOf: (option: string) => string,
): readonly Problem[] {
  return rules
    .filter(({ of }) => !of.some((option) => wrong.has(option)))
    .flatMap(({ check }) => check(options, pathOf) ?? [])
    .map(({ at, ...problem }) => ({ file: null, path: pathOf(at), ...problem }))
}

/** The deadline that Airflow's `_request_timeout` asks for: of `[connect, read]` the latter. Null: none, or not to be read. */
export function airflowsRequestTimeout({ _request_timeout: given }: JsonObject): number | null {
  const parts: readonly unknown[] = Array.isArray(given) ? given : [given, given]
  const fit = parts.length === 2 && parts.every((part) => optionRules.requestTimeoutSeconds.check(part) === null)
  return fit ? Number(parts[1]) : null
}
