import { createServer } from 'node:net'
import { describe, expect, it } from 'vitest'
import { freePorts } from './free-ports.ts'

describe('freePorts', () => {
  it('names different ports, and each can be listened on', async () => {
    const ports = await freePorts(20)
    expect(new Set(ports).size).toBe(20)
    for (const port of ports.slice(0, 3)) {
      const server = createServer()
      await new Promise<void>((done, failed) => server.once('error', failed).listen(port, '127.0.0.1', done))
      await new Promise((done) => server.close(done))
    }
  })
})
