import { expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { createKubeClient } from '../../src/kube/create-kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { KubernetesExecutor } from '../../src/kubernetes-executor.ts'
import { makeCertificates } from '../support/certificates.ts'
import { base64, kubeconfigText } from '../support/kubeconfig-text.ts'
import { RecordedLogger } from '../support/recorded-logger.ts'
import { keyOf } from '../support/start-executor.ts'
import { startWireServer } from '../support/wire-server.ts'

it('a server whose certificate has expired is told once, shown, and tried again; no task fails', async () => {
  const { authority, expiredServer } = await makeCertificates()
  await using server = await startWireServer(() => {}, await expiredServer())
  const cluster = { server: server.url, 'certificate-authority-data': base64(authority.cert) }
  const kubeconfig = kubeconfigText(cluster, { token: 't' })
  const kube = createKubeClient(await loadKubeConfig({ kubeconfig, env: {} }))
  const logger = new RecordedLogger()
  const executor = new KubernetesExecutor({ jobId: '1', kube, logger, random: () => 0 })
  await executor.start()
  executor.queueWorkload({ key: keyOf('a'), args: [] })
  executor.heartbeat()
  const tries = new Set<number>()
  await eventually(
    () => {
      for (const { nextTryAt } of executor.state.troubles) if (nextTryAt !== null) tries.add(nextTryAt)
      return tries.size > 1
    },
    { withinMs: 15_000 },
  )
  expect(executor.state.troubles).toMatchObject([
    { cause: 'tls', message: expect.stringContaining('CERT_HAS_EXPIRED') },
  ])
  const told = logger.lines.filter(({ level }) => level === 'warn' || level === 'error').map(({ message }) => message)
  expect(told).toEqual(['trouble began'])
  expect([...executor.getEventBuffer().values()].map(({ state }) => state)).toEqual(['queued'])
  expect(server.requests).toEqual([])
  await executor.terminate()
  await kube.close()
})
