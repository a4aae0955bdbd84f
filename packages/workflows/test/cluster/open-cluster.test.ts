import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { silentLogger } from '@davit/executor'
import { generate } from 'selfsigned'
import { afterEach, expect, it } from 'vitest'
import { clusterSettings } from '../../src/cluster/cluster-settings.ts'
import { openCluster } from '../../src/cluster/open-cluster.ts'
import { tempFolder } from '../support/temp-folder.ts'

const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/** A server that answers everything with this code, and its certificate, which ends so many days from now. */
async function startServer(code: number, { endsInDays = 1 } = {}) {
  const day = 86_400_000
  const made = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: new Date(Date.now() - 9 * day),
    notAfterDate: new Date(Date.now() + endsInDays * day),
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  })
  const server = createServer({ cert: made.cert, key: made.private }, (_, response) =>
    response.writeHead(code).end('{}'),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stops.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, authority: made.cert }
}

function open(server: string, authority: string) {
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'c', cluster: { server, 'certificate-authority-data': Buffer.from(authority).toString('base64') } },
    ],
    users: [{ name: 'u', user: { token: 's3cret-token' } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  }
  const folder = tempFolder({ kubeconfig: JSON.stringify(kubeconfig) })
  const { settings } = clusterSettings({ kubeconfig: `${folder}/kubeconfig` }, { env: {}, cwd: '/' })
  return openCluster(settings, { env: {}, logger: silentLogger })
}

it('says in one line that the server’s certificate has expired', async () => {
  const { server, authority } = await startServer(200, { endsInDays: -1 })
  await expect(open(server, authority)).rejects.toMatchObject({
    code: 'CLUSTER_UNREACHABLE',
    message: expect.stringMatching(
      /^cannot reach the cluster: .*certificate has expired.*CERT_HAS_EXPIRED.*; .*has no certificate ended\?/,
    ),
  })
})

it('says in one line that our token is worth nothing any more, and does not show it', async () => {
  const { server, authority } = await startServer(401)
  const message = await open(server, authority).then(
    () => '',
    (error: Error) => error.message,
  )
  expect(message).toMatch(/^cannot reach the cluster: .*401 Unauthorized.*; our credentials have ended, were revoked/)
  expect(message).not.toContain('s3cret')
  expect(message).not.toContain('\n')
})

it('says in one line that the host name has no address', async () => {
  const { authority } = await startServer(200)
  await expect(open('https://no-such-host.invalid', authority)).rejects.toThrow(
    /the host name has no address \(.*\); is the server of the kubeconfig right/,
  )
})
