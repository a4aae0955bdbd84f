import { setTimeout as delay } from 'node:timers/promises'
import { waitUntil } from '../../test/kubernetes/wait-until.ts'
import { podsPath, withQuery } from '../../test/support/api-paths.ts'
import type { RawApi } from '../../test/support/raw-api.ts'
import { startWebhookServer, type WebhookServer } from '../../test/support/webhook-server.ts'

/** Lets a webhook of ours look at every create of a pod for that long; resolves when the API server asks it. */
export async function delayCreates(api: RawApi, namespace: string, delayMs: number): Promise<WebhookServer> {
  let asked = 0
  const webhook = await startWebhookServer(
    api,
    namespace,
    async () => {
      asked += 1
      await delay(delayMs)
      return null
    },
    { timeoutSeconds: 30 },
  )
  const probe = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'base', image: 'busybox' }] } }
  await waitUntil(
    async () => {
      await api.post(withQuery(podsPath(namespace), { dryRun: 'All' }), probe)
      return asked > 0
    },
    { what: 'the webhook to be asked', withinMs: 20_000 },
  )
  return webhook
}
