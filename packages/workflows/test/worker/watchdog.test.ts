import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'
import { moduleFile } from '../../src/module-file.ts'
import { failureOfTerminationMessage } from '../../src/worker-failure.ts'
import { tempFolder } from '../support/temp-folder.ts'

const failure = { class: 'deadline', evidence: 'executionTimeoutSeconds=1', message: 'the task did not end' }
const inNamespace = ['--user', '--map-root-user', '--mount', '--pid', '--fork', '--kill-child']
const haveNamespaces = spawnSync('unshare', [...inNamespace, 'true']).status === 0

function runEndlessCode(command: readonly string[]) {
  const folder = tempFolder()
  const terminationLog = join(folder, 'log')
  const watchdog = pathToFileURL(moduleFile(import.meta.url, '../../src/worker/watchdog')).href
  const code = `import { watchdog } from ${JSON.stringify(watchdog)}
watchdog(${JSON.stringify({ afterMs: 100, failure, terminationLog })})
await new Promise((resolve) => setTimeout(resolve, 50))
for (;;);`
  const [program = '', ...args] = [...command, process.execPath, '--input-type=module', '--eval', code]
  const { status, signal, stdout } = spawnSync(program, args, { encoding: 'utf8', timeout: 15_000 })
  const said = failureOfTerminationMessage(readFileSync(terminationLog, 'utf8'))
  return { code: signal === 'SIGKILL' ? 137 : status, stdout, said }
}

it('ends code that never lets the event loop turn, and says why', () => {
  const { code, stdout, said } = runEndlessCode([])
  expect(code).toBe(137)
  expect(said).toEqual(failure)
  expect(stdout).toMatch(/ERROR the task did not end, nor after it was told to: killed\n$/)
})

// Where this machine has no namespaces, no process can be the first of one.
it.runIf(haveNamespaces)('ends it too where the process is the first of its namespace, as in a container', () => {
  const { code, said } = runEndlessCode(['unshare', ...inNamespace])
  expect(code).toBe(137)
  expect(said).toEqual(failure)
})
