import { resolve } from 'node:path'
import { ConfigError, configFromEnv, type ExecutorOptions } from '@davit/executor'
import type { Problem } from '../dag/problem.ts'

/** Which cluster; null: the embedded dev cluster. Without any field: where kubectl looks. */
export type ClusterChoice = {
  readonly kubeconfigPath?: string
  readonly context?: string
  readonly inCluster?: boolean
} | null

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
  readonly choice: ClusterChoice
  /** What was set, and nothing else. Without `namespace` the cluster's context has the word. */
  readonly config: ExecutorOptions
}

const VARIABLE = 'AIRFLOW__KUBERNETES_EXECUTOR__'

/**
 * The settings: an option beats Airflow's environment variable, which beats the default. A kubeconfig or context that is
 * typed beats all variables that name a cluster.
 * @param cwd what files are relative to
 */
export function clusterSettings(
  typed: TypedClusterOptions,
  { env, cwd }: { readonly env: Readonly<Record<string, string | undefined>>; readonly cwd: string },
): { settings: ClusterSettings; problems: readonly Problem[] } {
  const given = variablesOf(typed)
  const { config, problems } = readVariables({ ...env, ...given })
  const { inCluster, configFile, clusterContext } = config
  const isTyped = typed.kubeconfig !== undefined || typed.context !== undefined
  const choice = isTyped
    ? chosen(typed.kubeconfig, typed.context)
    : inCluster === true
      ? { inCluster }
      : inCluster === false || configFile || clusterContext
        ? chosen(configFile || undefined, clusterContext || undefined)
        : null
  const podTemplateFile = config.podTemplateFile ? resolve(cwd, config.podTemplateFile) : ''
  return {
    settings: { choice, config: { ...config, podTemplateFile } },
    problems: problems.map((problem) => ({ ...problem, path: optionOf(problem.path, given) })),
  }
}

/** What is typed, as the variables that it beats: their rules hold for it too. */
function variablesOf({ namespace = [], podTemplateFile }: TypedClusterOptions): Record<string, string> {
  const [first] = namespace
  return {
    ...(podTemplateFile === undefined ? {} : { [`${VARIABLE}POD_TEMPLATE_FILE`]: podTemplateFile }),
    ...(first === undefined ? {} : { [`${VARIABLE}NAMESPACE`]: first, ...watching(namespace) }),
  }
}

function watching(namespaces: readonly string[]): Record<string, string> {
  if (namespaces.length === 1) return {}
  return {
    [`${VARIABLE}MULTI_NAMESPACE_MODE`]: 'True',
    [`${VARIABLE}MULTI_NAMESPACE_MODE_NAMESPACE_LIST`]: namespaces.join(','),
  }
}

/** The option by which somebody typed what a problem is about, else the variable. */
function optionOf(path: string | null, given: Readonly<Record<string, string>>): string | null {
  if (path === null || !(path in given)) return path
  return path === `${VARIABLE}POD_TEMPLATE_FILE` ? '--pod-template-file' : '--namespace'
}

function chosen(kubeconfigPath: string | undefined, context: string | undefined): ClusterChoice {
  return {
    ...(kubeconfigPath === undefined ? {} : { kubeconfigPath }),
    ...(context === undefined ? {} : { context }),
  }
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
