import { parse } from 'yaml'

/** An API server and how to be let in, as `node:https` takes it. */
export interface ClusterAccess {
  readonly url: string
  readonly ca: string | undefined
  readonly token: string | undefined
  /** A client certificate and its key, PEM. */
  readonly cert: string | undefined
  readonly key: string | undefined
}

interface Named {
  readonly name: string
}

interface KubeconfigFields {
  readonly 'current-context': string
  readonly clusters: readonly (Named & {
    readonly cluster: { readonly server: string; readonly 'certificate-authority-data'?: string }
  })[]
  readonly users: readonly (Named & {
    readonly user: {
      readonly token?: string
      readonly 'client-certificate-data'?: string
      readonly 'client-key-data'?: string
    }
  })[]
  readonly contexts: readonly (Named & { readonly context: { readonly cluster: string; readonly user: string } })[]
}

/**
 * Reads the current context of a kubeconfig whose credentials are in it: the suites' own reader, so that what they send
 * does not depend on what they test.
 *
 * @throws Error when the credentials are elsewhere (files, plugins)
 */
export function readAccess(kubeconfig: string): ClusterAccess {
  const config = parse(kubeconfig) as KubeconfigFields
  const context = named(config.contexts, config['current-context'], 'context').context
  const { cluster } = named(config.clusters, context.cluster, 'cluster')
  const { user } = named(config.users, context.user, 'user')
  if (user.token === undefined && user['client-certificate-data'] === undefined) {
    throw new Error(`user ${context.user}: only token and client-certificate-data are understood: write one of them`)
  }
  return {
    url: cluster.server,
    ca: decoded(cluster['certificate-authority-data']),
    token: user.token,
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
  }
}

function named<T extends Named>(items: readonly T[], name: string, kind: string): T {
  const found = items.find((item) => item.name === name)
  if (found === undefined) throw new Error(`the kubeconfig has no ${kind} ${name}`)
  return found
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString()
}
