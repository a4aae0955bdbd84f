import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runDavit } from '../support/run-davit.ts'

const folder = mkdtempSync(join(tmpdir(), 'davit-scale-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('runs 200 container tasks, 32 at a time, each in exactly one pod, in at most 60 s', async () => {
  const tasks = Array.from({ length: 200 }, (_, index) => ({
    task_id: `t${index}`,
    image: 'busybox',
    command: ['true'],
  }))
  const file = join(folder, 'many.yaml')
  writeFileSync(file, JSON.stringify({ dag_id: 'many', tasks }))
  const started = Date.now()
  const { exitCode, json, stderr } = await runDavit(['run', file, '--json'], { cwd: folder })
  expect(exitCode, stderr).toBe(0)
  expect(Date.now() - started).toBeLessThan(60_000)
  expect(json.tasks.every(({ state, tryNumber }) => state === 'success' && tryNumber === 1)).toBe(true)
  expect(new Set(json.tasks.map(({ podName }) => podName)).size).toBe(200)
}, 90_000)
