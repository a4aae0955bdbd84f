import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { authorityExtensions, serverExtensions, signedCertificate } from './x509.ts'

/** The certificates of one dev cluster, as PEM. */
export interface Certificates {
  /** What clients trust. Its key is thrown away: nothing else can be signed with it. */
  readonly authorityPem: string
  readonly certificatePem: string
  readonly privateKeyPem: string
}

const DAY_MS = 24 * 60 * 60_000
const AUTHORITY = 'davit-devcluster-ca'
/** The machine's own, whatever a test puts in the place of Date later: clients check certificates by theirs. */
const machineNow = Date.now

/**
 * Makes a certificate authority and a certificate for 127.0.0.1 and localhost, in a few milliseconds. Valid for a year of
 * the machine's own clock, whatever clock is injected.
 */
export function makeCertificates(): Certificates {
  const now = machineNow()
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const certificate = (subject: string, publicKey: typeof server.publicKey, extensions: readonly Buffer[]) =>
    signedCertificate(
      {
        subject,
        publicKey,
        issuer: AUTHORITY,
        issuerPublicKey: authority.publicKey,
        serialNumber: randomBytes(16),
        notBefore: now - DAY_MS,
        notAfter: now + 365 * DAY_MS,
        extensions,
      },
      authority.privateKey,
    )
  return {
    authorityPem: certificate(AUTHORITY, authority.publicKey, authorityExtensions),
    certificatePem: certificate('davit-devcluster', server.publicKey, serverExtensions(['localhost'], ['127.0.0.1'])),
    privateKeyPem: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}
