import { readFile, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

/** Between a client and an API server: passes bytes on, TLS and all, until it is told to cut. */
export interface CuttingRelay extends AsyncDisposable {
  /** The file of a kubeconfig that leads through it. */
  readonly kubeconfig: string
  /** What the server has sent so far, as it stood on the wire. */
  readonly bytesFromServer: number
  readonly bytesToServer: number
  /** Ever opened. */
  readonly connections: number
  /** Ends every connection, at once; new ones it takes. */
  cut(): void
}

/** @param folder takes the kubeconfig */
export async function startCuttingRelay(kubeconfigPath: string, folder: string): Promise<CuttingRelay> {
  const config = parse(await readFile(kubeconfigPath, 'utf8'))
  const { cluster } = config.clusters[0]
  const { hostname, port } = new URL(cluster.server)
  const sockets = new Set<Socket>()
  let bytesFromServer = 0
  let bytesToServer = 0
  let connections = 0
  const server = createServer((client) => {
    connections += 1
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    client.setNoDelay(true)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.once('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
    upstream.on('data', (chunk) => {
      bytesFromServer += chunk.length
    })
    client.on('data', (chunk) => {
      bytesToServer += chunk.length
    })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cluster.server = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  const kubeconfig = join(folder, 'relayed.kubeconfig')
  await writeFile(kubeconfig, stringify(config))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    kubeconfig,
    get bytesFromServer() {
      return bytesFromServer
    },
    get bytesToServer() {
      return bytesToServer
    },
    get connections() {
      return connections
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
