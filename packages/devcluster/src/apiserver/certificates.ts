import { generate } from 'selfsigned'

/** The certificates of one dev cluster, as PEM. */
export interface Certificates {
  /** What clients trust. Its key is thrown away: nothing else can be signed with it. */
  readonly authorityPem: string
  readonly certificatePem: string
  readonly privateKeyPem: string
}

const DAY_MS = 24 * 60 * 60_000
const KEYS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/**
 * Makes a certificate authority and a certificate for 127.0.0.1 and localhost. Valid for a year of the machine's own
 * clock, whatever clock is injected: clients check it by theirs.
 */
export async function makeCertificates(): Promise<Certificates> {
  const validity = {
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + 365 * DAY_MS),
  }
  const authority = await generate([{ name: 'commonName', value: 'davit-devcluster-ca' }], {
    ...KEYS,
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  })
  const server = await generate([{ name: 'commonName', value: 'davit-devcluster' }], {
    ...KEYS,
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  })
  return { authorityPem: authority.cert, certificatePem: server.cert, privateKeyPem: server.private }
}
