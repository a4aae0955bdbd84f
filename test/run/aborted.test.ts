import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { runDavit } from '../support/run-davit.ts'

const folder = mkdtempSync(join(tmpdir(), 'davit-aborted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const container = (task_id: string, command: string[], upstream: string[] = []) => ({
  task_id,
  image: 'busybox',
  command,
  upstream,
})

it('refuses to start where logs cannot be kept: exit 2', async () => {
  const cwd = join(folder, 'no-logs')
  mkdirSync(cwd)
  writeFileSync(join(cwd, '.davit'), 'a file, where a folder should be')
  writeFileSync(join(cwd, 'dag.yaml'), JSON.stringify({ dag_id: 'x', tasks: [container('a', ['true'])] }))
  const { exitCode, json } = await runDavit(['run', 'dag.yaml', '--json'], { cwd })
  expect(exitCode).toBe(2)
  expect(json.error).toMatchObject({
    code: 'LOGS_UNWRITABLE',
    message: expect.stringContaining(join(cwd, '.davit', 'logs')),
  })
})

it('ends a run whose logs cannot be written any more: exit 1, and says so', async () => {
  const cwd = join(folder, 'lost-logs')
  mkdirSync(cwd)
  // What a full disk does, done by a task: the folder of the logs is gone, and cannot be made again.
  const lose = container('lose', ['sh', '-c', `rm -rf "$FOLDER" && touch "$FOLDER"`])
  const tasks = [
    { ...lose, env: { FOLDER: join(cwd, '.davit', 'logs') } },
    container('after', ['sleep', '300'], ['lose']),
  ]
  writeFileSync(join(cwd, 'dag.yaml'), JSON.stringify({ dag_id: 'x', tasks }))
  const { exitCode, json } = await runDavit(['run', 'dag.yaml', '--json'], { cwd })
  expect(exitCode).toBe(1)
  expect(json.error).toMatchObject({ code: 'RUN_ABORTED', message: expect.stringContaining('lose/try-1.log') })
})
