import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { makeCertificates, type TestCertificates } from '../../packages/executor/test/support/certificates.ts'
import type { RawApi } from './raw-api.ts'

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'

/** What the webhook says of each pod: null lets it pass, a text denies it. */
export type Admission = (pod: {
  readonly metadata: { readonly name: string }
}) => string | null | Promise<string | null>

/** A validating webhook for the creates of pods in one namespace, which the API server asks over HTTPS. */
export interface WebhookServer extends AsyncDisposable {
  /** Its name as the server words it. */
  readonly name: string
  /** Nothing listens there any more. */
  stop(): Promise<void>
  /** It listens again, at the same port. */
  start(): Promise<void>
}

interface Review {
  readonly request: { readonly uid: string; readonly object: Parameters<Admission>[0] }
}

/** Listens, and registers itself; the server asks it a moment later. A pod that it fails for is refused. */
export async function startWebhookServer(
  api: RawApi,
  namespace: string,
  admit: Admission,
  { timeoutSeconds }: { readonly timeoutSeconds: number },
): Promise<WebhookServer> {
  const certificates = await makeCertificates()
  const name = `${namespace}.davit.test`
  let server = await listen(certificates, admit, 0)
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  const { status, text } = await api.post(CONFIGURATIONS, {
    metadata: { name: namespace },
    webhooks: [
      {
        name,
        clientConfig: {
          url: `https://127.0.0.1:${port}/`,
          caBundle: Buffer.from(certificates.authority.cert).toString('base64'),
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        timeoutSeconds,
        admissionReviewVersions: ['v1'],
      },
    ],
  })
  if (status !== 201) {
    await stop()
    throw new Error(`the webhook was not registered: ${text}`)
  }
  return {
    name,
    stop,
    start: async () => {
      server = await listen(certificates, admit, port)
    },
    async [Symbol.asyncDispose]() {
      await api.delete(`${CONFIGURATIONS}/${namespace}`)
      await stop()
    },
  }
}

async function listen({ server: { key, cert } }: TestCertificates, admit: Admission, port: number): Promise<Server> {
  const server = createServer({ key, cert }, async (request, response) => {
    const { request: asked } = (await json(request)) as Review
    const message = await admit(asked.object)
    const said = message === null ? { allowed: true } : { allowed: false, status: { message } }
    const answer = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: asked.uid, ...said } }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}
