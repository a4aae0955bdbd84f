import { X509Certificate } from 'node:crypto'

/** A certificate of our own. */
export interface OwnCertificate {
  readonly key: string
  readonly cert: string
  /** What workers are given: the certificate itself (DER, base64). */
  readonly pin: string
}

const LIFETIME_DAYS = 825

/** Makes a key and a certificate for one start of the task API. Its names do not matter: workers know it by itself. */
export async function createCertificate(now: number): Promise<OwnCertificate> {
  // Loaded here alone: most runs are on loopback and need none.
  const { generate } = await import('selfsigned')
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'davit-task-api' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    // A pod's clock may be behind ours.
    notBeforeDate: new Date(now - 86_400_000),
    notAfterDate: new Date(now + LIFETIME_DAYS * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: [{ type: 2, value: 'davit-task-api' }] },
    ],
  })
  return { key, cert, pin: new X509Certificate(cert).raw.toString('base64') }
}
