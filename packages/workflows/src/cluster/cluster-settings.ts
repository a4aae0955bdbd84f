import { resolve } from 'node:path'
import {
  ConfigError,
  type ConnectionOptions,
  configFromEnv,
  connectionOptions,
  type ExecutorOptions,
  resolveConfig,
} from '@davit/executor'
import type { Problem } from '../dag/problem.ts'

/** The options about the cluster as they were typed. */
export interface TypedClusterOptions {
  readonly kubeconfig?: string
  readonly context?: string
  /** Several: all of them are watched, and pods go to the first unless they say otherwise. */
  readonly namespace?: readonly string[]
  readonly podTemplateFile?: string
}

/** What options and environment say of the cluster, and of the executor on it. */
export interface ClusterSettings {
  /** Null: the embedded dev cluster. */
  readonly connection: ConnectionOptions | null
  /** What was set, and nothing else. Without `namespace` the cluster's context has the word. */
  readonly config: ExecutorOptions
}

const SECTION = 'AIRFLOW__KUBERNETES_EXECUTOR__'

/** Airflow's variables that name a cluster; `--kubeconfig` and `--context` beat all of them. */
const NAMING = ['IN_CLUSTER', 'CONFIG_FILE', 'CLUSTER_CONTEXT'] as const

/**
 * The settings: an option beats Airflow's environment variable, which beats the default. Without anything that names a
 * cluster it is the embedded one.
 * @param cwd what files are relative to
 */
export function clusterSettings(
  typed: TypedClusterOptions,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): { settings: ClusterSettings; problems: readonly Problem[] } {
  const given = new Map<string, TypedOption>()
  const isTyped = typed.kubeconfig !== undefined || typed.context !== undefined
  if (isTyped) {
    given.set('IN_CLUSTER', { option: '--kubeconfig', text: 'False' })
    given.set('CONFIG_FILE', { option: '--kubeconfig', text: typed.kubeconfig })
    given.set('CLUSTER_CONTEXT', { option: '--context', text: typed.context })
  }
  if (typed.podTemplateFile !== undefined) {
    given.set('POD_TEMPLATE_FILE', { option: '--pod-template-file', text: typed.podTemplateFile })
  }
  const { namespace = [] } = typed
  if (namespace.length > 0) given.set('NAMESPACE', { option: '--namespace', text: namespace[0] })
  if (namespace.length > 1) {
    given.set('MULTI_NAMESPACE_MODE', { option: '--namespace', text: 'True' })
    given.set('MULTI_NAMESPACE_MODE_NAMESPACE_LIST', { option: '--namespace', text: namespace.join(',') })
  }
  const overrides = Object.fromEntries([...given].map(([name, { text }]) => [SECTION + name, text]))
  const { config, problems } = readVariables({ ...env, ...overrides })
  const isNamed = NAMING.some((name) => (overrides[SECTION + name] ?? env[SECTION + name] ?? '') !== '')
  const podTemplateFile = config.podTemplateFile ? resolve(cwd, config.podTemplateFile) : ''
  return {
    settings: {
      connection: isNamed ? connectionOptions(resolveConfig(config)) : null,
      config: { ...config, podTemplateFile },
    },
    problems: problems.map((problem) => {
      const option = given.get((problem.path ?? '').replace(SECTION, ''))?.option
      return option === undefined ? problem : { ...problem, path: option }
    }),
  }
}

/** What was typed, in the place of a variable; without a text the variable counts as not set. */
interface TypedOption {
  readonly option: string
  readonly text: string | undefined
}

function readVariables(env: Readonly<Record<string, string | undefined>>): {
  config: ExecutorOptions
  problems: readonly Problem[]
} {
  try {
    return { config: configFromEnv(env), problems: [] }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return {
      config: {},
      problems: error.problems.map(({ path, message, hint }) => ({
        file: null,
        path,
        message,
        ...(hint !== undefined && { hint }),
      })),
    }
  }
}
