import { readFileSync } from 'node:fs'
import type { ConfigFields } from './config-fields.ts'
import { createSecureContext } from './secure-context.ts'

/** How the API server is reached, and how it proves who it is. */
export interface ClusterConfig {
  /** `https://host:port`, with the path that a gateway may want, without a slash at its end. */
  readonly server: string
  /** PEM; absent: the authorities that Node trusts. */
  readonly certificateAuthority?: string
  /** The name that the certificate must bear, where it is not the host of the address. */
  readonly tlsServerName?: string
  /** True: any certificate is taken. */
  readonly insecureSkipTlsVerify: boolean
}

/** Reads a kubeconfig's `cluster`; what is wrong is written down in the fields' origin. */
export function readCluster(fields: ConfigFields): ClusterConfig {
  const server = readServer(fields)
  const certificateAuthority = readAuthority(fields)
  const tlsServerName = fields.text('tls-server-name')
  const insecureSkipTlsVerify = fields.flag('insecure-skip-tls-verify')
  if (insecureSkipTlsVerify && certificateAuthority !== undefined) {
    fields.problem('insecure-skip-tls-verify', 'cannot go with a certificate authority', 'give one of them')
  }
  const proxy = fields.text('proxy-url')
  if (proxy !== undefined) {
    fields.problem('proxy-url', 'proxies are not supported', 'give an address in server that is reached directly')
  }
  return {
    server,
    insecureSkipTlsVerify,
    ...(certificateAuthority === undefined ? {} : { certificateAuthority }),
    ...(tlsServerName === undefined ? {} : { tlsServerName }),
  }
}

function readServer(fields: ConfigFields): string {
  const text = fields.text('server')
  if (text === undefined) {
    if (!fields.has('server')) fields.problem('server', 'is missing', 'give the address, https://host:port')
    return ''
  }
  // client-go takes a bare host and port for plain HTTP, which no cluster of today means.
  const url = /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined
  if (!url) {
    fields.problem('server', `is not an address: ${JSON.stringify(text)}`, 'write https://host:port')
    return ''
  }
  if (url.username !== '' || url.password !== '') {
    fields.problem('server', 'must not hold a user or password', 'put them into the user of the context')
    return ''
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

/** The PEM of `certificate-authority-data`, or of the file that `certificate-authority` names. */
export function readAuthority(fields: ConfigFields): string | undefined {
  const key = fields.has('certificate-authority-data') ? 'certificate-authority-data' : 'certificate-authority'
  const pem = key === 'certificate-authority' ? readFile(fields, key) : fields.decoded(key)
  if (pem === undefined) return undefined
  try {
    if (!/-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(pem)) throw new Error('no certificate')
    createSecureContext({ ca: pem })
    return pem
  } catch {
    fields.problem(key, 'holds no certificate', 'it must be PEM, as -----BEGIN CERTIFICATE-----')
    return undefined
  }
}

/** The content of the file that a field names. */
export function readFile(fields: ConfigFields, key: string): string | undefined {
  const file = fields.file(key)
  if (file === undefined) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    fields.problem(key, `cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}: ${file}`)
    return undefined
  }
}
