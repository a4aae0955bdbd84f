import { readFile } from 'node:fs/promises'
import type { Clock } from '../clock.ts'
import type { Logger } from '../logger.ts'
import type { CredentialSource, Credentials, PresentedCredentials } from './credentials.ts'
import { createSecureContext } from './secure-context.ts'

/** The kubelet renews a service account token long before its end; client-go looks as often. */
const READ_AGAIN_MS = 60_000

/** A bearer token in a file that somebody renews: read again each minute, and at once after a 401. */
export function tokenFileCredentials(file: string): CredentialSource {
  return {
    open: (deps) => new FileCredentials({ ...deps, file, read: async () => bearerToken(await readFile(file, 'utf8')) }),
  }
}

/** A client certificate and its key in files: read again each minute, and at once after a 401. */
export function certificateFileCredentials(read: { certificate: FileOrText; key: FileOrText }): CredentialSource {
  const file = [read.certificate, read.key]
    .map((part) => ('file' in part ? part.file : ''))
    .join(' ')
    .trim()
  return {
    open: (deps) =>
      new FileCredentials({
        ...deps,
        file,
        async read() {
          const [certificate, key] = await Promise.all([textOf(read.certificate), textOf(read.key)])
          // While the two are being replaced they may not belong together: the old pair is kept until they do.
          createSecureContext({ cert: certificate, key })
          return { clientCertificate: { certificate, key } }
        },
      }),
  }
}

/** A certificate or key may stand in the kubeconfig while the other is a file. */
export type FileOrText = { readonly file: string } | { readonly text: string }

async function textOf(source: FileOrText): Promise<string> {
  return 'file' in source ? readFile(source.file, 'utf8') : source.text
}

/** The header for the content of a token file. */
function bearerToken(content: string): PresentedCredentials {
  const token = content.trim()
  if (token === '') throw new Error('the token file is empty')
  return { authorization: `Bearer ${token}` }
}

interface FileCredentialsOptions {
  readonly file: string
  readonly clock: Clock
  readonly logger: Logger
  readonly read: () => Promise<PresentedCredentials>
}

class FileCredentials implements Credentials {
  readonly #options: FileCredentialsOptions
  #held: PresentedCredentials | undefined
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<PresentedCredentials> | undefined

  constructor(options: FileCredentialsOptions) {
    this.#options = options
  }

  present(): PresentedCredentials | Promise<PresentedCredentials> {
    const age = this.#options.clock.now() - this.#readAt
    if (this.#held && age >= 0 && age < READ_AGAIN_MS) return this.#held
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    return this.#reading
  }

  refused(): boolean {
    this.#readAt = Number.NEGATIVE_INFINITY
    return true
  }

  close(): void {}

  async #read(): Promise<PresentedCredentials> {
    const { file, clock, logger, read } = this.#options
    try {
      const found = await read()
      if (!this.#held || !samePresented(this.#held, found)) this.#held = found
    } catch (error) {
      if (!this.#held) throw error
      logger.warn('credentials cannot be read again, the old ones stay in use', { file, error })
    }
    this.#readAt = clock.now()
    return this.#held
  }
}

function samePresented(a: PresentedCredentials, b: PresentedCredentials): boolean {
  return (
    a.authorization === b.authorization &&
    a.clientCertificate?.certificate === b.clientCertificate?.certificate &&
    a.clientCertificate?.key === b.clientCertificate?.key
  )
}
