import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../../../test/support/eventually.ts'
import { Guardian } from '../../../src/kubelet/process/guardian.ts'
import { processesWith } from '../../support/processes-with.ts'

const NODE_PROGRAM = new URL('../../support/lonely-node.ts', import.meta.url).pathname

let folder: string

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'davit-guardian-test-')))
})

afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** Not those of other tests, which run beside this one. */
const guardiansOf = (parent: number | undefined) => processesWith('guardian-process', parent ?? 0)

describe.each(['auto', 'host'] as const)('when a dev cluster dies (isolation %s)', (isolation) => {
  it.each(['SIGKILL', 'SIGTERM'] as const)('by %s, everything of its pods is gone within 5 s', async (signal) => {
    const seconds = String(1_000_000 + Math.floor(Math.random() * 8_000_000))
    const child = spawn(
      process.execPath,
      ['--conditions=davit-source', '--disable-warning=ExperimentalWarning', NODE_PROGRAM, folder, isolation, seconds],
      { stdio: ['ignore', 'pipe', 'inherit'], detached: true },
    )
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // The plain child, the daemon in a session of its own, and the shell that waits for them.
    await eventually(() => processesWith(`sleep ${seconds}`).length >= 2)
    const guardians = guardiansOf(child.pid)
    expect(guardians).toHaveLength(1)
    const killedAt = Date.now()
    // The whole group, as a terminal or a CI system does it.
    process.kill(-(child.pid ?? 0), signal)
    await ended
    await eventually(() => processesWith(seconds).length === 0 && processesWith(folder).length === 0, {
      withinMs: 5_000,
    })
    const isGuarded = () => processesWith('guardian-process').some((pid) => guardians.includes(pid))
    await eventually(() => !existsSync(folder) && !isGuarded(), { withinMs: 5_000 })
    expect(Date.now() - killedAt).toBeLessThan(5_000)
  })
})

describe('Guardian', () => {
  it('leaves everything alone when it is dismissed', async () => {
    const bystander = spawn('sleep', ['60'], { env: { PATH: '/usr/bin:/bin', MARK: `${folder}/pods/x` } })
    const guardian = new Guardian({ marker: `${folder}/pods/`, folder })
    guardian.start()
    await guardian.dismiss()
    expect(guardiansOf(process.pid)).toEqual([])
    expect(existsSync(folder)).toBe(true)
    expect(bystander.exitCode).toBeNull()
    expect(bystander.signalCode).toBeNull()
    bystander.kill()
  })

  it('can be dismissed when it was killed', async () => {
    const guardian = new Guardian({ marker: `${folder}/pods/`, folder })
    guardian.start()
    const [pid = 0] = guardiansOf(process.pid)
    process.kill(pid, 'SIGKILL')
    await guardian.dismiss()
    expect(guardiansOf(process.pid)).toEqual([])
  })
})
