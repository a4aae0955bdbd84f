import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { generate } from 'selfsigned'

/** The users that exist from the start. Each has a name of its own, so that the audit log says who it was. */
export const userNames = ['admin', 'davit', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kwok'] as const

export type UserName = (typeof userNames)[number]

/** A fresh random token for each user. */
export function randomTokens(): Record<UserName, string> {
  const token = () => randomBytes(32).toString('base64url')
  return {
    admin: token(),
    davit: token(),
    'kube-controller-manager': token(),
    'kube-scheduler': token(),
    kubelet: token(),
    kwok: token(),
  }
}

/** The tokens as the API server's `--token-auth-file`: all may do everything, but `davit` only what it is granted. */
export function tokenFile(tokens: Record<UserName, string>): string {
  const line = (name: UserName) => `${tokens[name]},${name},${name}${name === 'davit' ? '' : ',"system:masters"'}\n`
  return userNames.map(line).join('')
}

/** A key (PEM) that signs service account tokens. */
export function serviceAccountKey(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** A key and a certificate (PEM), its own authority: the API server shows it to kubelets, which take nobody else's word. */
export async function kubeletClientCertificate(): Promise<{ readonly key: string; readonly certificate: string }> {
  const made = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      { name: 'extKeyUsage', clientAuth: true },
    ],
  })
  return { key: made.private, certificate: made.cert }
}
