import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Problem } from '../problem.ts'
import type { ClusterConfig } from './cluster-config.ts'
import type { CredentialSource } from './credentials.ts'
import { tokenFileCredentials } from './file-credentials.ts'
import { KubeConfigError } from './kube-errors.ts'

/** Where Kubernetes mounts a pod's service account. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

export interface InClusterConfig {
  readonly cluster: ClusterConfig
  readonly credentials: CredentialSource
  readonly namespace: string
}

/** Cluster and credentials of the pod that we run in. Throws {@link KubeConfigError} with all that is missing. */
export function readInClusterConfig(
  env: Readonly<Record<string, string | undefined>>,
  folder: string,
): InClusterConfig {
  const problems: Problem[] = []
  const missing = (file: string | null, path: string | null, message: string) =>
    problems.push({ file, path, message, hint: 'inCluster works only inside a pod with a service account' })
  const variable = (name: string) => {
    if (!env[name]) missing(null, name, 'is not set')
    return env[name] ?? ''
  }
  const content = (name: string) => {
    const file = join(folder, name)
    try {
      const text = readFileSync(file, 'utf8')
      if (text.trim() === '') missing(file, null, 'is empty')
      return text
    } catch (error) {
      missing(file, null, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}`)
      return ''
    }
  }
  const host = variable('KUBERNETES_SERVICE_HOST')
  const port = variable('KUBERNETES_SERVICE_PORT')
  const certificateAuthority = content('ca.crt')
  content('token')
  const namespace = content('namespace').trim()
  if (problems.length > 0) throw new KubeConfigError(problems)
  return {
    cluster: {
      server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
      certificateAuthority,
      insecureSkipTlsVerify: false,
    },
    credentials: tokenFileCredentials(join(folder, 'token')),
    namespace,
  }
}
