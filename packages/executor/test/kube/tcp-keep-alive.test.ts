import { connect, createServer, type Socket } from 'node:net'
import { expect, it, vi } from 'vitest'
import { withTcpKeepAlive } from '../../src/kube/tcp-keep-alive.ts'

const probes = { idleSeconds: 120, intervalSeconds: 30, count: 6 }
const options = { hostname: 'h', host: 'h', protocol: 'https:', port: '1', servername: 'h' }

it('sets the silence, the interval and the number of the probes on each new connection', async () => {
  const listener = createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const socket = connect(address.port, '127.0.0.1')
  const set = vi.spyOn(socket, 'setKeepAlive')
  const given = await new Promise<Socket | null>((resolve) => {
    const connector = withTcpKeepAlive((_options, callback) => callback(null, socket), probes)
    connector(options, (_error, connected) => resolve(connected))
  })
  expect(given).toBe(socket)
  expect(set.mock.calls).toEqual([[true, 120_000, 30_000, 6]])
  socket.destroy()
  listener.close()
})

it('passes on what kept a connection from being made', () => {
  const error = new Error('refused')
  const seen: unknown[] = []
  const connector = withTcpKeepAlive((_options, callback) => callback(error, null), probes)
  connector(options, (...result) => seen.push(result))
  expect(seen).toEqual([[error, null]])
})
