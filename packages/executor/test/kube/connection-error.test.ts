import { describe, expect, it } from 'vitest'
import { connectionError } from '../../src/kube/connection-error.ts'

const request = { server: 'https://api:6443', method: 'GET', path: '/version' }
const withCode = (code: string, message = 'oh') => Object.assign(new Error(message), { code })

describe('connectionError', () => {
  it.each([
    ['ENOTFOUND', 'dns', false, 'the host name has no address (ENOTFOUND)'],
    ['EAI_AGAIN', 'dns', false, 'the host name has no address (EAI_AGAIN)'],
    ['ECONNREFUSED', 'refused', false, 'nothing listens there (ECONNREFUSED)'],
    ['EHOSTUNREACH', 'unreachable', false, 'the host cannot be reached (EHOSTUNREACH)'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable', false, 'the host cannot be reached (UND_ERR_CONNECT_TIMEOUT)'],
    ['ECONNRESET', 'reset', true, 'the connection was closed (ECONNRESET)'],
    ['UND_ERR_SOCKET', 'reset', true, 'the connection was closed (UND_ERR_SOCKET)'],
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'tls',
      false,
      "the server's certificate is not accepted: oh (SELF_SIGNED_CERT_IN_CHAIN)",
    ],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'tls',
      false,
      "the server's certificate is not accepted: oh (ERR_TLS_CERT_ALTNAME_INVALID)",
    ],
    ['CERT_HAS_EXPIRED', 'tls', false, "the server's certificate is not accepted: oh (CERT_HAS_EXPIRED)"],
    [
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'tls',
      false,
      'the server does not speak TLS there (ERR_SSL_WRONG_VERSION_NUMBER)',
    ],
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'tls',
      false,
      'the server does not accept our certificate (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)',
    ],
    ['HPE_INVALID_CONSTANT', 'protocol', true, 'oh (HPE_INVALID_CONSTANT)'],
    ['SOMETHING_NEW', 'reset', true, 'the connection was closed (SOMETHING_NEW)'],
  ])('%s is %s, may have arrived: %s', (code, kind, mayHaveArrived, reason) => {
    const cause = withCode(code)
    const error = connectionError(cause, request)
    expect(error).toMatchObject({ code: 'KUBE_CONNECTION', kind, mayHaveArrived, cause })
    expect(error.message).toBe(`no answer from the Kubernetes API at https://api:6443 to GET /version: ${reason}`)
  })

  it('takes the first of several addresses that failed', () => {
    const cause = new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')])
    expect(connectionError(cause, request)).toMatchObject({ kind: 'refused', cause })
  })

  it('keeps the message on one line', () => {
    expect(connectionError(withCode('CERT_X', 'a\nb'), request).message).toMatch(/not accepted: a b \(CERT_X\)$/)
  })
})
