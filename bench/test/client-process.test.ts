import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { ClientProcess } from '../measuring/client-process.ts'
import { measurePhase } from '../measuring/measure-phase.ts'

const channel = fileURLToPath(new URL('../clients/client-channel.ts', import.meta.url))

async function inClient<T>(source: string, use: (client: ClientProcess) => Promise<T>): Promise<T> {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'bench-client-'))
  const script = `import { ClientChannel } from ${JSON.stringify(channel)}\n${source}`
  await using client = new ClientProcess(
    {
      command: [process.execPath, '--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
      parameters: { count: 3 },
    },
    join(folder.path, 'client.log'),
  )
  return await use(client)
}

it('hands a client its parameters, and measures each of its phases', async () => {
  const source = `const channel = await ClientChannel.open()
    await channel.phase('first', async () => ({ seen: channel.parameters.count }))
    await channel.phase('second', async () => ({ seen: 2 * channel.parameters.count }))`
  const phases = await inClient(source, async (client) => [
    await measurePhase(client, 'first'),
    await measurePhase(client, 'second', { self: { pid: process.pid } }),
  ])
  expect(phases.map(({ measures }) => measures)).toEqual([{ seen: 3 }, { seen: 6 }])
  expect(phases[1]?.serverCpuMs.self).toBeGreaterThanOrEqual(0)
  expect(phases[0]?.to).toBeGreaterThanOrEqual(phases[0]?.from ?? 0)
})

it('says what a client said last when it ends too soon', async () => {
  const source = `await ClientChannel.open(); throw new Error('no server is there')`
  await expect(inClient(source, (client) => measurePhase(client, 'first'))).rejects.toThrow('no server is there')
})
