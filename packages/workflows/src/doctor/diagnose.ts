import {
  type Clock,
  createKubeClient,
  type ExecutorOptions,
  isNotFound,
  isUnauthorized,
  KubeApiError,
  type KubeClient,
  type KubeConfig,
  resolveConfig,
  silentLogger,
} from '@davit/executor'
import { permissionScopes, reviewAccess } from '../cluster/access-reviews.ts'
import { askWho } from '../cluster/who-am-i.ts'
import { type Asked, asked } from './asked.ts'
import { clockFindings } from './clock-findings.ts'
import { connectionFindings } from './connection-findings.ts'
import { type Credentials, credentialFindings, identityFindings } from './credential-findings.ts'
import { databaseFindings } from './database-findings.ts'
import type { Finding } from './finding.ts'
import { namespaceFacts } from './namespace-facts.ts'
import { namespaceFindings } from './namespace-findings.ts'
import { nodeFindings } from './node-findings.ts'
import { permissionFindings } from './permission-findings.ts'
import { reachServer } from './reach-server.ts'
import { templateOf } from './template-pod.ts'
import { versionFindings } from './version-findings.ts'
import { tryWatch, watchFindings } from './watch-findings.ts'

export interface DiagnoseOptions {
  readonly kubeConfig: KubeConfig
  /** As the executor would get it, with the namespace. */
  readonly config: ExecutorOptions & { readonly namespace: string }
  readonly isEmbedded: boolean
  /** A path, or `:memory:`; null: none was named. */
  readonly database: string | null
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
}

/** Each question has so long. */
const QUESTION_MS = 15_000

/**
 * Looks at everything that an executor with this configuration depends on, without changing anything: what is asked of the
 * cluster are questions, and creates that are dry runs. Where the way to the server is blocked, what lies behind is not asked.
 */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const ofDatabase = options.database === null ? [] : await databaseFindings(options.database)
  return [...(await clusterFindings(options)), ...ofDatabase]
}

async function clusterFindings(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const { kubeConfig, env, clock } = options
  const { cluster } = kubeConfig
  const credentials = await presentCredentials(kubeConfig, clock)
  const clientCertificate = 'presented' in credentials ? credentials.presented.clientCertificate : undefined
  const reach = await reachServer({ cluster, clientCertificate, clock })
  const findings = [
    ...connectionFindings({ reach, cluster, env, nowMs: clock.now() }),
    ...(reach.failure === null ? clockFindings(reach.time) : []),
    ...credentialFindings(credentials, clock.now()),
  ]
  const isBlocked = findings.some(
    ({ level, check }) => level === 'problem' && (check === 'address' || check === 'certificate'),
  )
  if (isBlocked || 'failure' in credentials) return findings
  const kube = createKubeClient(kubeConfig, { clock, requestTimeoutMs: QUESTION_MS, listTimeoutMs: QUESTION_MS })
  try {
    return [...findings, ...(await serverFindings(kube, options))]
  } finally {
    await kube.close()
  }
}

async function presentCredentials({ credentials }: KubeConfig, clock: Clock): Promise<Credentials> {
  const opened = credentials.open({ clock, logger: silentLogger })
  try {
    return { presented: await opened.present() }
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) }
  } finally {
    opened.close()
  }
}

async function serverFindings(
  kube: KubeClient,
  { config, isEmbedded, clock }: DiagnoseOptions,
): Promise<readonly Finding[]> {
  const identity = await identityOf(kube)
  if ('error' in identity) return identityFindings(identity)
  const scopes = permissionScopes(config)
  const namespaces = scopes.flatMap((scope) => scope ?? config.namespace)
  const [version, reviews, nodes, watches, ...ofNamespaces] = await Promise.all([
    asked(kube.version()),
    asked(reviewAccess(kube, scopes)),
    isEmbedded ? nodeFindings(kube, clock) : [],
    Promise.all(scopes.map(async (scope) => watchFindings(await tryWatch(kube, scope), scope))),
    ...namespaces.map((namespace) => findingsOf(kube, namespace, config)),
  ])
  const { finding } = await templateOf(resolveConfig(config))
  return [
    ...identityFindings(identity),
    ...versionFindings(version),
    ...nodes,
    ...permissionFindings(reviews, identity.value),
    ...watches.flat(),
    ...ofNamespaces.flat(),
    ...(finding === null ? [] : [finding]),
  ]
}

/** A template that is wrong by itself is told once, and in the namespaces a plain pod stands for it. */
async function findingsOf(kube: KubeClient, namespace: string, config: ExecutorOptions): Promise<readonly Finding[]> {
  const { pod, finding } = await templateOf(resolveConfig({ ...config, namespace }))
  const found = namespaceFindings(await namespaceFacts(kube, namespace, pod))
  return finding === null ? found : found.filter(({ check }) => check !== 'template')
}

/** Whom the server takes us for; an error where it takes us for nobody. */
async function identityOf(kube: KubeClient): Promise<Asked<string | null>> {
  const answer = await asked(askWho(kube))
  if ('value' in answer) return answer
  const { error } = answer
  const isNobody = isUnauthorized(error) || /User "system:anonymous"/.test(error.message)
  // Before 1.28 nobody can ask; and a role may not allow it.
  return error instanceof KubeApiError && !isNobody && (isNotFound(error) || error.httpStatus === 403)
    ? { value: null }
    : answer
}
