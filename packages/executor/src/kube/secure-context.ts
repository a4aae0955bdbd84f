import type { SecureContext, SecureContextOptions } from 'node:tls'

/**
 * As `tls.createSecureContext`, which throws at what is no certificate or key. Node's TLS is loaded at the first call: it
 * takes a quarter of the time that importing the library takes, and those who only build pods speak to no server.
 */
export function createSecureContext(options: SecureContextOptions): SecureContext {
  return process.getBuiltinModule('node:tls').createSecureContext(options)
}
