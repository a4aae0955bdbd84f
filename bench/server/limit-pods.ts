import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { waitUntil } from '../../test/kubernetes/wait-until.ts'
import { inNamespace } from '../../test/support/api-paths.ts'
import { RawApi } from '../../test/support/raw-api.ts'

/** A quota of so many pods that have not ended; resolves when it counts. */
export async function limitPods({ kubeconfig }: Kubernetes, pods: number): Promise<void> {
  using api = new RawApi(kubeconfig)
  const path = inNamespace('default', 'resourcequotas')
  const { status, text } = await api.post(path, {
    metadata: { name: 'bench' },
    spec: { hard: { pods: String(pods) } },
  })
  if (status !== 201) throw new Error(`the quota was refused: ${text}`)
  await waitUntil(
    async () => (await api.get<{ status?: { used?: object } }>(`${path}/bench`)).body.status?.used !== undefined,
    { what: 'the quota to count', withinMs: 20_000 },
  )
}
