import { isAbsolute, resolve } from 'node:path'
import { readFile } from './cluster-config.ts'
import type { ConfigFields } from './config-fields.ts'
import { type CredentialSource, combinedCredentials, fixedCredentials } from './credentials.ts'
import { execCredentials } from './exec-credentials.ts'
import type { ExecPlugin } from './exec-plugin.ts'
import { certificateFileCredentials, type FileOrText, tokenFileCredentials } from './file-credentials.ts'
import { createSecureContext } from './secure-context.ts'

export interface ReadUserOptions {
  /** What an exec plugin's environment begins with. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What an exec plugin is told of the cluster if it asks. */
  readonly execCluster: () => object
}

/** Reads how a kubeconfig's `user` proves who it is; what is wrong is written down in the fields' origin. */
export function readUser(fields: ConfigFields, options: ReadUserOptions): CredentialSource {
  const sources = [readCertificate(fields), readAuthorization(fields), readExec(fields, options)]
  rejectUnsupported(fields)
  return combinedCredentials(sources.filter((source) => source !== undefined))
}

/** `token` or `username` beat an exec plugin, `tokenFile` beats `token`: as in client-go. */
function readAuthorization(fields: ConfigFields): CredentialSource | undefined {
  const token = fields.text('token')
  const username = fields.text('username')
  const password = fields.text('password')
  const hasBasic = username !== undefined || password !== undefined
  if (token !== undefined && hasBasic)
    fields.problem('token', 'cannot go with username and password', 'give one of them')
  if (token !== undefined && /[^\x21-\x7e]/.test(token)) fields.problem('token', 'holds characters that no token has')
  const tokenFile = fields.file('tokenFile')
  if (tokenFile !== undefined) {
    if (readFile(fields, 'tokenFile')?.trim() === '') fields.problem('tokenFile', `is empty: ${tokenFile}`)
    return tokenFileCredentials(tokenFile)
  }
  if (token !== undefined) return fixedCredentials({ authorization: `Bearer ${token}` })
  if (!hasBasic) return undefined
  const pair = Buffer.from(`${username ?? ''}:${password ?? ''}`, 'utf8').toString('base64')
  return fixedCredentials({ authorization: `Basic ${pair}` })
}

function readCertificate(fields: ConfigFields): CredentialSource | undefined {
  const certificate = fileOrText(fields, 'client-certificate')
  const key = fileOrText(fields, 'client-key')
  const hasCertificate = has(fields, 'client-certificate')
  const hasKey = has(fields, 'client-key')
  if (hasCertificate && !hasKey) fields.problem('client-key', 'is missing beside the client certificate')
  if (hasKey && !hasCertificate) fields.problem('client-certificate', 'is missing beside the client key')
  if (!certificate || !key) return undefined
  try {
    createSecureContext({ cert: certificate.pem, key: key.pem })
  } catch (error) {
    // OpenSSL's reason names the mistake and quotes nothing: "key values mismatch", "no start line".
    const { reason } = error as { reason?: string }
    fields.problem('client-certificate', `cannot be used with its key: ${reason ?? 'not PEM'}`)
    return undefined
  }
  if ('file' in certificate.source || 'file' in key.source) {
    return certificateFileCredentials({ certificate: certificate.source, key: key.source })
  }
  return fixedCredentials({ clientCertificate: { certificate: certificate.pem, key: key.pem } })
}

function has(fields: ConfigFields, key: string): boolean {
  return fields.has(key) || fields.has(`${key}-data`)
}

/** `…-data` beats the file, as in client-go. */
function fileOrText(fields: ConfigFields, key: string): { source: FileOrText; pem: string } | undefined {
  if (fields.has(`${key}-data`)) {
    const text = fields.decoded(`${key}-data`)
    return text === undefined ? undefined : { source: { text }, pem: text }
  }
  const file = fields.file(key)
  const pem = readFile(fields, key)
  return file === undefined || pem === undefined ? undefined : { source: { file }, pem }
}

const EXEC_VERSIONS = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1'] as const

function readExec(user: ConfigFields, { env, execCluster }: ReadUserOptions): CredentialSource | undefined {
  const fields = user.fields('exec')
  if (!fields) return undefined
  const command = fields.text('command')
  if (command === undefined) fields.problem('command', 'is missing')
  const given = fields.text('apiVersion')
  const apiVersion = EXEC_VERSIONS.find((version) => version === given)
  if (apiVersion === undefined) {
    fields.problem('apiVersion', `must be ${EXEC_VERSIONS.join(' or ')}`, 'a newer plugin prints one of these')
  }
  readInteractiveMode(fields, given)
  const installHint = fields.text('installHint')
  const plugin: ExecPlugin = {
    apiVersion: apiVersion ?? EXEC_VERSIONS[0],
    command: commandPath(command ?? '', fields.origin.folder),
    args: fields.texts('args'),
    env: { ...env, ...Object.fromEntries(readEnvironment(fields)) },
    ...(fields.flag('provideClusterInfo') ? { cluster: execCluster() } : {}),
    ...(installHint === undefined ? {} : { installHint }),
  }
  return execCredentials(plugin)
}

function readInteractiveMode(fields: ConfigFields, apiVersion: string | undefined): void {
  const mode = fields.text('interactiveMode')
  if (mode === undefined && apiVersion === EXEC_VERSIONS[0]) {
    fields.problem('interactiveMode', 'is missing, and v1 demands it', 'write interactiveMode: Never or IfAvailable')
  } else if (mode === 'Always') {
    const hint = 'sign in beforehand, and write interactiveMode: IfAvailable'
    fields.problem('interactiveMode', 'Always needs a person at a terminal, and nobody is asked here', hint)
  } else if (mode !== undefined && mode !== 'Never' && mode !== 'IfAvailable') {
    fields.problem('interactiveMode', 'must be Never, IfAvailable or Always')
  }
}

function readEnvironment(fields: ConfigFields): [string, string][] {
  return fields.items('env').flatMap((item): [string, string][] => {
    const name = item.text('name')
    if (name === undefined) item.problem('name', 'is missing')
    return name === undefined ? [] : [[name, item.text('value') ?? '']]
  })
}

/** A bare name is looked up in PATH; a relative path is relative to the kubeconfig, never to where we happen to run. */
function commandPath(command: string, folder: string): string {
  return /[/\\]/.test(command) && !isAbsolute(command) ? resolve(folder, command) : command
}

const AUTH_PROVIDER_SUCCESSORS: Readonly<Record<string, string>> = {
  gcp: 'use the exec plugin gke-gcloud-auth-plugin: gcloud container clusters get-credentials writes it',
  azure: 'use the exec plugin kubelogin: kubelogin convert-kubeconfig writes it',
  oidc: 'use the exec plugin kubectl oidc-login, or a tokenFile',
}

/** Better an error than a request in another's name. */
function rejectUnsupported(fields: ConfigFields): void {
  const provider = fields.fields('auth-provider')
  if (provider) {
    const name = provider.text('name') ?? ''
    const hint = AUTH_PROVIDER_SUCCESSORS[name] ?? 'use an exec plugin, a tokenFile, or a client certificate'
    fields.problem('auth-provider', `${name ? `${name} is` : 'auth providers are'} not supported`, hint)
  }
  for (const key of ['as', 'as-uid', 'as-groups', 'as-user-extra']) {
    if (fields.has(key)) {
      fields.problem(key, 'impersonation is not supported', 'use a user, or a service account token, of those rights')
    }
  }
}
