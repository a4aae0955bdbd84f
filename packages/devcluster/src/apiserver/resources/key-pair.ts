import { createPrivateKey, X509Certificate } from 'node:crypto'
import type { Data } from './config-map.ts'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/
const PEM = /-----BEGIN ([A-Z0-9 ]+)-----[^-]+-----END \1-----/
const KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----[^-]+-----END (?:[A-Z]+ )?PRIVATE KEY-----/

/** What is wrong with the certificate and the key of a TLS secret, in the words of Go (crypto/tls: X509KeyPair). */
export function keyPairProblems(data: Data): readonly string[] {
  const text = (key: string) => Buffer.from(data[key] ?? '', 'base64').toString()
  const problem = keyPairProblem(text('tls.crt'), text('tls.key'))
  return problem === undefined ? [] : [problem]
}

function keyPairProblem(certificateText: string, keyText: string): string | undefined {
  const certificatePem = CERTIFICATE.exec(certificateText)?.[0]
  if (certificatePem === undefined) {
    return PEM.test(certificateText)
      ? 'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ' +
          `[${[...certificateText.matchAll(new RegExp(PEM, 'g'))].map(([, type]) => type).join(' ')}]`
      : 'tls: failed to find any PEM data in certificate input'
  }
  const keyPem = KEY.exec(keyText)?.[0]
  if (keyPem === undefined) return 'tls: failed to find any PEM data in key input'
  try {
    const isPair = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(keyPem))
    return isPair ? undefined : 'tls: private key does not match public key'
  } catch {
    return 'tls: failed to parse private key'
  }
}
