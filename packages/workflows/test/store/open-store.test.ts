import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { openStore } from '../../src/store/open-store.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { dagSpec } from '../support/dag-specs.ts'
import { OpenRun, RUN_ID } from '../support/open-run.ts'

const clock = new FakeClock()
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-store-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

function inOwnProcess(...args: readonly string[]) {
  const script = fileURLToPath(new URL('../support/dying-store.ts', import.meta.url))
  return spawn(process.execPath, [...process.execArgv, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function refusal(opened: Promise<unknown>): Promise<StoreError> {
  const error = await opened.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (!(error instanceof StoreError)) throw new Error(`not refused, or not by a StoreError: ${error}`)
  return error
}

describe('openStore', () => {
  it('makes a random deployment name, and keeps it in the file', async () => {
    const database = join(folder, 'davit.db')
    const first = await openStore({ database, clock })
    const name = await first.deployment()
    await first.close()
    expect(name).toMatch(/^davit-[a-z0-9]{8}$/)
    const again = await openStore({ database, clock, deployment: 'other' })
    expect(await again.deployment()).toBe(name)
    await again.close()
  })

  it('takes name and secret that it is given', async () => {
    const open = () =>
      openStore({ database: ':memory:', clock, deployment: 'blue', random: (size) => new Uint8Array(size).fill(7) })
    const tokens: unknown[] = []
    for (const store of [await open(), await open()]) {
      expect(await store.deployment()).toBe('blue')
      const key = { dagId: 'sales', taskId: 'a', runId: 'r', tryNumber: 1, mapIndex: -1 }
      await store.createDagRun({ spec: dagSpec([{ taskId: 'a' }]), runId: 'r', logicalDate: 'x', params: {} })
      await store.scheduling.decide([{ dagId: 'sales', runId: 'r', taskId: 'a', state: 'scheduled' }])
      await store.scheduling.claim([key], '1')
      const launch = { id: '1-1-abcdefgh', key, number: 1, podName: 'p', namespace: 'default' }
      tokens.push(await store.launches.recordLaunch({ launch }))
      await store.close()
    }
    expect(tokens[0]).toEqual(tokens[1])
  })

  it('finds everything again, launches that have not ended too', async () => {
    const database = join(folder, 'davit.db')
    const run = await OpenRun.open([{ taskId: 'a' }, { taskId: 'b' }], { database })
    const done = await run.launched('a')
    await run.store.launches.commitOutcomes([run.outcome(done, 'u1', { terminationMessage: '[1]' })])
    const open = await run.launched('b')
    await run.store.launches.bindPod(open, 'u2')
    const token = await run.token(open)
    await run.store.close()

    const store = await openStore({ database, clock })
    expect(await store.activeRuns()).toEqual([{ dagId: 'sales', runId: RUN_ID }])
    expect(await store.launches.currentLaunches()).toEqual([{ ...open, uid: 'u2' }])
    expect(await store.launches.recordLaunch({ launch: open })).toEqual({
      recorded: true,
      env: { DAVIT_LAUNCH_TOKEN: token },
    })
    expect(await store.taskInstances('sales', RUN_ID)).toMatchObject([
      { taskId: 'a', state: 'success', result: [1] },
      { taskId: 'b', state: 'queued' },
    ])
    const { runs, instances } = await store.scheduling.changes(0)
    expect([runs.length, instances.length]).toEqual([1, 2])
    await store.close()
  })

  it('has everything that was committed when its process was killed', async () => {
    const database = join(folder, 'davit.db')
    const child = inOwnProcess(database)
    const [said, [, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect(signal).toBe('SIGKILL')
    const committed = said.trim().split('\n')
    expect(committed).toHaveLength(20)
    const store = await openStore({ database, clock })
    const found = (await store.activeRuns()).map(({ runId }) => runId)
    expect(found.filter((runId) => runId !== 'run-21').toSorted()).toEqual(committed.toSorted())
    for (const runId of found) expect(await store.taskInstances('sales', runId)).toHaveLength(1)
    expect(await store.deployment()).toBe('first')
    await store.close()
  })

  it('refuses a file that another process has open, and takes it when that is gone', async () => {
    const database = join(folder, 'davit.db')
    const child = inOwnProcess(database, 'hold')
    await once(child.stdout, 'data')
    const error = await refusal(openStore({ database, clock }))
    expect(error.code).toBe('STORE_LOCKED')
    expect(error.message).toBe(
      `the database ${database} is in use by another process; wait for it to end, or name another file`,
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    await (await openStore({ database, clock })).close()
  })

  it('refuses a file that is no database', async () => {
    const database = join(folder, 'notes.txt')
    await writeFile(database, 'dear diary, '.repeat(100))
    const error = await refusal(openStore({ database, clock }))
    expect([error.code, error.message]).toEqual([
      'STORE_NOT_A_DATABASE',
      `${database} is not a SQLite database; name another file, or one that does not exist yet`,
    ])
    expect((await stat(database)).size).toBe(1200)
  })

  it("refuses another program's database, and leaves it as it was", async () => {
    const database = join(folder, 'other.db')
    const other = new DatabaseSync(database)
    other.exec('create table customers (name text)')
    other.close()
    const error = await refusal(openStore({ database, clock }))
    expect(error.code).toBe('STORE_NOT_A_DATABASE')
    expect(error.message).toContain('customers')
    const after = new DatabaseSync(database)
    expect(after.prepare("select name from sqlite_schema where type = 'table'").all()).toEqual([{ name: 'customers' }])
    expect(after.prepare('pragma journal_mode').all()).toEqual([{ journal_mode: 'delete' }])
    after.close()
  })

  it('refuses a database that a newer version wrote', async () => {
    const database = join(folder, 'davit.db')
    await (await openStore({ database, clock })).close()
    const newer = new DatabaseSync(database)
    newer.exec("insert into davit_migration values ('0099-from-the-future', '2030-01-01')")
    newer.close()
    const error = await refusal(openStore({ database, clock }))
    expect(error.code).toBe('STORE_NEWER')
    expect(error.message).toContain('0099-from-the-future')
  })

  it('refuses a folder that is not there, and a folder in the place of the file', async () => {
    for (const database of [join(folder, 'missing', 'davit.db'), folder]) {
      const error = await refusal(openStore({ database, clock }))
      expect(error.code).toBe('STORE_UNWRITABLE')
      expect(error.message).toContain(database)
    }
  })

  it('takes an empty file', async () => {
    const database = join(folder, 'empty.db')
    await writeFile(database, '')
    await (await openStore({ database, clock })).close()
  })
})

describe('WorkflowStore', () => {
  it('rejects calls after close, and can be closed twice', async () => {
    const store = await openStore({ database: ':memory:', clock })
    await Promise.all([store.close(), store.close()])
    expect((await refusal(store.activeRuns())).code).toBe('STORE_CLOSED')
  })

  it('answers what was asked before close', async () => {
    const store = await openStore({ database: ':memory:', clock })
    const runs = store.activeRuns()
    await store.close()
    expect(await runs).toEqual([])
  })

  it('refuses a run id that is taken, and undoes nothing else of the same transaction', async () => {
    const store = await openStore({ database: ':memory:', clock })
    const create = (runId: string) =>
      store.createDagRun({ spec: dagSpec([{ taskId: 'a' }]), runId, logicalDate: 'x', params: {} })
    const results = await Promise.allSettled([create('r1'), create('r1'), create('r2')])
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect((await refusal(create('r2'))).code).toBe('STORE_RUN_EXISTS')
    expect(await store.activeRuns()).toHaveLength(2)
    await store.close()
  })

  it('tells of changes soon and merged, and not of reads', async () => {
    await using run = await OpenRun.open([{ taskId: 'a' }])
    await new Promise(setImmediate)
    let told = 0
    const unsubscribe = run.store.onChange(() => {
      told += 1
    })
    await run.store.taskInstances('sales', RUN_ID)
    await run.store.scheduling.changes(0)
    await new Promise(setImmediate)
    expect(told).toBe(0)
    const decide = (taskId: string) =>
      run.store.scheduling.decide([{ dagId: 'sales', runId: RUN_ID, taskId, state: 'scheduled' }])
    await Promise.all([decide('a'), decide('a'), decide('a')])
    await new Promise(setImmediate)
    expect(told).toBe(1)
    unsubscribe()
    await decide('a')
    await new Promise(setImmediate)
    expect(told).toBe(1)
  })
})
