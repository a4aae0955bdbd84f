import { onTestFinished } from 'vitest'
import type { RawApi } from './raw-api.ts'
import { type Admission, startWebhookServer, type WebhookServer } from './webhook-server.ts'

/** Registers a validating webhook for the case that runs. */
export async function registerWebhook(api: RawApi, namespace: string, admit: Admission): Promise<WebhookServer> {
  const webhook = await startWebhookServer(api, namespace, admit, { timeoutSeconds: 2 })
  onTestFinished(() => webhook[Symbol.asyncDispose]())
  return webhook
}
