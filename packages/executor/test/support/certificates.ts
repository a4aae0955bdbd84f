import { generate } from 'selfsigned'

export interface TestCertificate {
  readonly cert: string
  readonly key: string
}

/** An authority, a server certificate for 127.0.0.1 and `localhost`, and as many client certificates as are wanted. */
export interface TestCertificates {
  readonly authority: TestCertificate
  readonly server: TestCertificate
  /** As `server`, and of yesterday. */
  expiredServer(): Promise<TestCertificate>
  client(name: string): Promise<TestCertificate>
}

/** Elliptic keys: they are made in a moment. */
const KEYS = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

export async function makeCertificates(): Promise<TestCertificates> {
  const authority = await signed('davit test authority', undefined, { isAuthority: true })
  return {
    authority,
    server: await signed('127.0.0.1', authority, { isAuthority: false }),
    expiredServer: () =>
      signed('127.0.0.1', authority, { isAuthority: false, notAfterDate: new Date(Date.now() - 86_400_000) }),
    client: (name) => signed(name, authority, { isAuthority: false }),
  }
}

async function signed(
  name: string,
  authority: TestCertificate | undefined,
  { isAuthority, notAfterDate }: { isAuthority: boolean; notAfterDate?: Date },
): Promise<TestCertificate> {
  const made = await generate([{ name: 'commonName', value: name }], {
    ...KEYS,
    ...(notAfterDate && { notBeforeDate: new Date(notAfterDate.getTime() - 86_400_000), notAfterDate }),
    extensions: [
      { name: 'basicConstraints', cA: isAuthority, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: isAuthority },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
          { type: 2, value: 'kubernetes.test' },
        ],
      },
    ],
    ...(authority ? { ca: authority } : {}),
  })
  return { cert: made.cert, key: made.private }
}
