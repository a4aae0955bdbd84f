import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathPart, TaskLogs } from '../../src/run/task-logs.ts'

const key = { dagId: 'sales', taskId: 'sum', runId: 'manual__2026-01-01T00:00:00+00:00', tryNumber: 2, mapIndex: -1 }
const launch = { id: '2-1-abcdefgh', key, number: 1, podName: 'p', namespace: 'default' }

let folder: string
let logs: TaskLogs
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'davit-logs-'))
  logs = new TaskLogs(folder)
})
afterEach(() => rm(folder, { recursive: true }))

async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text)
}

describe('the logs of tasks', () => {
  it('have a file for each launch', () => {
    const run = join(folder, 'sales', 'manual__2026-01-01T00_00_00+00_00')
    expect(logs.pathOf(key, 1)).toBe(join(run, 'sum', 'try-2.log'))
    expect(logs.pathOf({ ...key, mapIndex: 3 }, 2)).toBe(join(run, 'sum', 'map-3', 'try-2-launch-2.log'))
  })

  it('keep what the pod wrote, then why it failed', async () => {
    const path = await logs.archive(launch, chunks('one\n', 'two\n'), new AbortController().signal)
    await logs.addReason(path, { class: 'user', evidence: 'status.x=3', message: 'exit code 3', hint: 'see its log' })
    expect(await readFile(path, 'utf8')).toBe(
      'one\ntwo\n[davit] failed (user): exit code 3\n[davit] evidence: status.x=3\n[davit] what to do: see its log\n',
    )
  })

  it('say that they end early when the deadline cut them', async () => {
    const ending = new AbortController()
    async function* slow() {
      yield Buffer.from('one\n')
      ending.abort()
      throw ending.signal.reason
    }
    const path = await logs.archive(launch, slow(), ending.signal)
    expect(await readFile(path, 'utf8')).toMatch(/^one\n\n\[davit\] .*missing\n$/)
  })

  it.each([
    ['..', '__'],
    ['a/b', 'a_b'],
    ['é.ü', 'é.ü'],
    ['...', '___'],
  ])('make the id %s the path %s', (id, part) => {
    expect(pathPart(id)).toBe(part)
  })
})
