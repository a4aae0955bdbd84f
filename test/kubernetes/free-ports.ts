import { createServer, type Server } from 'node:net'

/**
 * Ports of 127.0.0.1 that nobody listened on a moment ago, all different.
 *
 * Nothing keeps them free: whoever starts a server on one must be ready to choose again.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = []
  try {
    // All are held at once, or the system might name one port twice.
    for (let i = 0; i < count; i++) servers.push(await listen())
    return servers.map((server) => {
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
      return address.port
    })
  } finally {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))))
  }
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => resolve(server))
  })
}
