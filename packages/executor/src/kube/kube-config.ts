import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { Problem } from '../problem.ts'
import { type ClusterConfig, readAuthority, readCluster } from './cluster-config.ts'
import { ConfigFields } from './config-fields.ts'
import type { CredentialSource } from './credentials.ts'
import { readInClusterConfig, SERVICE_ACCOUNT_FOLDER } from './in-cluster-config.ts'
import { KubeConfigError } from './kube-errors.ts'
import { type Kubeconfig, mergeKubeconfigs, parseKubeconfig } from './kubeconfig.ts'
import { readUser } from './user-credentials.ts'

export interface LoadKubeConfigOptions {
  /** A kubeconfig file. Relative names in it are relative to its folder. */
  readonly kubeconfigPath?: string
  /** The text of a kubeconfig, YAML or JSON. Relative names in it are relative to the working directory. */
  readonly kubeconfig?: string
  /** @default the kubeconfig's current-context */
  readonly context?: string
  /** Use the service account of the pod that we run in. */
  readonly inCluster?: boolean
  /** A PEM file of the authorities to trust, in the place of those that the kubeconfig or the pod names. */
  readonly certificateAuthorityPath?: string
  /** Take any certificate of the server. */
  readonly insecureSkipTlsVerify?: boolean
  /**
   * KUBECONFIG (a list of files, merged as kubectl does) is read from it when no kubeconfig is given,
   * KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT for a pod, and exec plugins get it.
   * @default the process's environment
   */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Where `.kube/config` is looked for. @default the user's home */
  readonly homeDir?: string
}

/** One API server, and who we are to it. Holds secrets, but shows none when it is printed. */
export interface KubeConfig {
  readonly cluster: ClusterConfig
  readonly credentials: CredentialSource
  /** The context's namespace, `default` without one. */
  readonly namespace: string
  /** Null: the service account of our pod. */
  readonly context: string | null
}

/**
 * Finds cluster and credentials. Without `kubeconfigPath`, `kubeconfig` or `inCluster` it looks where kubectl does:
 * the files that KUBECONFIG lists, `~/.kube/config`, and then the pod that we run in.
 *
 * Rejects with {@link KubeConfigError}, which has every problem at once.
 */
export async function loadKubeConfig(options: LoadKubeConfigOptions = {}): Promise<KubeConfig> {
  const { certificateAuthorityPath: path, insecureSkipTlsVerify = false } = options
  if (insecureSkipTlsVerify && path !== undefined)
    throw problem('insecureSkipTlsVerify cannot go with certificateAuthorityPath', 'give one of them')
  const config = await findKubeConfig(options)
  if (!insecureSkipTlsVerify && path === undefined) return config
  const { certificateAuthority: _, ...cluster } = config.cluster
  return {
    ...config,
    cluster: insecureSkipTlsVerify
      ? { ...cluster, insecureSkipTlsVerify }
      : { ...cluster, insecureSkipTlsVerify, certificateAuthority: readAuthorities(path ?? '') },
  }
}

function readAuthorities(file: string): string {
  const problems: Problem[] = []
  const fields = new ConfigFields({ 'certificate-authority': file }, '', { file, folder: resolve('.'), problems })
  const pem = readAuthority(fields)
  if (pem === undefined) throw new KubeConfigError(problems)
  return pem
}

async function findKubeConfig(options: LoadKubeConfigOptions): Promise<KubeConfig> {
  const { kubeconfigPath, kubeconfig, context, inCluster = false } = options
  const given = { kubeconfigPath, kubeconfig, inCluster: inCluster || undefined }
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [name]))
  if (names.length > 1) throw problem(`${names.join(' and ')} are given`, 'give one of them')
  if (inCluster && context !== undefined) throw problem('inCluster has no contexts', 'leave context away')
  const env = options.env ?? process.env
  if (inCluster) return inClusterConfig(env)
  if (kubeconfig !== undefined) return fromTexts([{ file: null, text: kubeconfig }], context, env)
  if (kubeconfigPath !== undefined) return fromFiles([kubeconfigPath], context, env)

  const listed = (env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '')
  const home = join(options.homeDir ?? homedir(), '.kube', 'config')
  // kubectl, too, passes over files of the list that are not there.
  const files = (listed.length > 0 ? listed : [home]).filter((file) => existsSync(file))
  if (files.length > 0) return fromFiles(files, context, env)
  if (env.KUBERNETES_SERVICE_HOST && context === undefined) return inClusterConfig(env)
  const looked = listed.length > 0 ? `KUBECONFIG names ${listed.join(', ')}` : `there is no ${home}`
  throw problem(`no kubeconfig is given, and ${looked}`, 'give kubeconfigPath, kubeconfig or inCluster')
}

function inClusterConfig(env: Readonly<Record<string, string | undefined>>): KubeConfig {
  return { ...readInClusterConfig(env, SERVICE_ACCOUNT_FOLDER), context: null }
}

function problem(message: string, hint: string): KubeConfigError {
  return new KubeConfigError([{ file: null, path: null, message, hint }])
}

interface KubeconfigText {
  readonly file: string | null
  readonly text: string
}

async function fromFiles(
  files: readonly string[],
  context: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): Promise<KubeConfig> {
  const problems: Problem[] = []
  const texts: KubeconfigText[] = []
  for (const file of files) {
    try {
      texts.push({ file, text: await readFile(file, 'utf8') })
    } catch (error) {
      const message = `cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`
      problems.push({ file, path: null, message })
    }
  }
  if (problems.length > 0) throw new KubeConfigError(problems)
  return fromTexts(texts, context, env)
}

function fromTexts(
  texts: readonly KubeconfigText[],
  contextName: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  const problems: Problem[] = []
  const [first, ...rest] = texts.map(({ file, text }) =>
    parseKubeconfig(text, { file, folder: file === null ? resolve('.') : dirname(resolve(file)), problems }),
  )
  if (!first) throw problem('no kubeconfig is given', 'give kubeconfigPath, kubeconfig or inCluster')
  // Nothing can be told of a file that is no mapping at all.
  if (problems.some(({ path }) => path === null)) throw new KubeConfigError(problems)
  const config = resolveContext(mergeKubeconfigs([first, ...rest]), contextName, env)
  if (problems.length > 0) throw new KubeConfigError(problems)
  return config
}

/** Only what the context refers to is looked at closely: another cluster's trouble is no trouble of ours. */
function resolveContext(
  config: Kubeconfig,
  given: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): KubeConfig {
  const name = given ?? config.currentContext
  const context = name === undefined ? undefined : config.contexts.get(name)
  if (!context) {
    const contexts = [...config.contexts.keys()].join(', ')
    const hint = contexts === '' ? 'the kubeconfig has no contexts' : `its contexts are: ${contexts}`
    if (name === undefined) config.root.problem('current-context', 'is not set, and no context is given', hint)
    else if (given === undefined) config.root.problem('current-context', `there is no context ${name}`, hint)
    else config.root.problem(`contexts[${name}]`, 'there is no such context', hint)
  }
  const from = context ?? new ConfigFields({}, '', config.root.origin)
  const clusterFields = section(from, 'cluster', config.clusters)
  const cluster = clusterFields && readCluster(clusterFields)
  const userFields = section(from, 'user', config.users)
  const execCluster = () => execClusterInfo(cluster, config.execClusterConfig(from.text('cluster') ?? ''))
  const credentials = userFields && readUser(userFields, { env, execCluster })
  return {
    cluster: cluster ?? { server: '', insecureSkipTlsVerify: false },
    credentials: credentials ?? { open: () => ({ present: async () => ({}), refused: () => false, close() {} }) },
    namespace: from.text('namespace') ?? 'default',
    context: name ?? null,
  }
}

/** A context without a user is one of an open server, `kubectl proxy` for instance; one without a cluster is of no use. */
function section(
  context: ConfigFields,
  key: 'cluster' | 'user',
  sections: ReadonlyMap<string, ConfigFields>,
): ConfigFields | undefined {
  // The missing context has been said already.
  if (context.path === '') return undefined
  const name = context.text(key)
  if (name === undefined) {
    if (key === 'cluster') context.problem(key, 'is missing')
    return undefined
  }
  const found = sections.get(name)
  if (!found) context.problem(key, `there is no ${key} ${name} in ${key}s`)
  return found
}

/** Kubernetes: the `Cluster` of an ExecCredential's spec. */
function execClusterInfo(cluster: ClusterConfig | undefined, config: unknown): object {
  return {
    server: cluster?.server ?? '',
    ...(cluster?.tlsServerName === undefined ? {} : { 'tls-server-name': cluster.tlsServerName }),
    ...(cluster?.insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(cluster?.certificateAuthority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(cluster.certificateAuthority).toString('base64') }),
    ...(config === undefined ? {} : { config }),
  }
}
