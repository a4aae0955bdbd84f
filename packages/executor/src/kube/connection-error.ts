import { KubeConnectionError, type KubeConnectionErrorKind } from './kube-errors.ts'

/** The request that an error is about. */
export interface RequestName {
  readonly server: string
  readonly method: string
  readonly path: string
}

const KINDS: Readonly<Record<string, KubeConnectionErrorKind>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'unreachable',
  UND_ERR_CONNECT_TIMEOUT: 'unreachable',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'protocol',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  EPROTO: 'tls',
}

const WORDS: Partial<Record<KubeConnectionErrorKind, string>> = {
  dns: 'the host name has no address',
  refused: 'nothing listens there',
  unreachable: 'the host cannot be reached',
  reset: 'the connection was closed',
}

/** These end a request before a byte of it was sent. */
const NOT_SENT: ReadonlySet<KubeConnectionErrorKind> = new Set(['dns', 'refused', 'unreachable', 'tls', 'credentials'])

/** Makes one error of what Node and undici throw: which kind it is, and in words. */
export function connectionError(thrown: unknown, request: RequestName): KubeConnectionError {
  // With several addresses Node tries each; the first failure says as much as any.
  const cause = thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown
  const { code, name, message } = (cause ?? {}) as { code?: unknown; name?: unknown; message?: unknown }
  const codeText = typeof code === 'string' ? code : ''
  const isNoHttp = name === 'HTTPParserError' || codeText.startsWith('HPE_')
  const kind = KINDS[codeText] ?? (isTlsCode(codeText) ? 'tls' : isNoHttp ? 'protocol' : 'reset')
  const detail = codeText || (typeof message === 'string' ? message : String(cause))
  const words = kind === 'tls' ? tlsWords(codeText, String(message)) : `${WORDS[kind] ?? String(message)} (${detail})`
  return failedRequest(request, kind, words, thrown)
}

/** An error of the given kind. */
export function failedRequest(
  request: RequestName,
  kind: KubeConnectionErrorKind,
  reason: string,
  cause?: unknown,
): KubeConnectionError {
  return new KubeConnectionError({
    ...request,
    kind,
    reason,
    mayHaveArrived: !NOT_SENT.has(kind),
    ...(cause === undefined ? {} : { cause }),
  })
}

function isTlsCode(code: string): boolean {
  return /^(ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE)/.test(
    code,
  )
}

function tlsWords(code: string, message: string): string {
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) return `the server does not speak TLS there (${code})`
  if (/ALERT/.test(code)) return `the server does not accept our certificate (${code})`
  return `the server's certificate is not accepted: ${message} (${code})`
}
