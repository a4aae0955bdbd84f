import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished } from 'vitest'
import { makeCertificates, type TestCertificates } from '../../packages/executor/test/support/certificates.ts'
import type { RawApi } from './raw-api.ts'

const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'

/** What the webhook says of each pod: null lets it pass, a text denies it. */
export type Admission = (pod: { readonly metadata: { readonly name: string } }) => string | null

/** A validating webhook for the pods of one namespace, which the API server asks over HTTPS. */
export interface AdmissionWebhook {
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

/** Registers the webhook for the case that runs, and waits until the server asks it; a pod that it fails for is refused. */
export async function registerWebhook(api: RawApi, namespace: string, admit: Admission): Promise<AdmissionWebhook> {
  const certificates = await makeCertificates()
  const name = `${namespace}.davit.test`
  let server = await listen(certificates, admit, 0)
  const { port } = server.address() as AddressInfo
  const stop = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await closed
  }
  onTestFinished(async () => {
    await api.delete(`${CONFIGURATIONS}/${namespace}`)
    await stop()
  })
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
        timeoutSeconds: 2,
        admissionReviewVersions: ['v1'],
      },
    ],
  })
  expect(status, text).toBe(201)
  return {
    name,
    stop,
    start: async () => {
      server = await listen(certificates, admit, port)
    },
  }
}

async function listen({ server: { key, cert } }: TestCertificates, admit: Admission, port: number): Promise<Server> {
  const server = createServer({ key, cert }, async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer)
    const { request: asked } = JSON.parse(Buffer.concat(parts).toString('utf8')) as Review
    const message = admit(asked.object)
    const said = message === null ? { allowed: true } : { allowed: false, status: { message } }
    const answer = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: { uid: asked.uid, ...said } }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return server
}
