/** `npm run demo`: runs the workflow with its live table, prints the report, and leaves it under `.davit/demo`. */
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const davit = fileURLToPath(new URL('../../packages/workflows/bin/davit.js', import.meta.url))
const dag = fileURLToPath(new URL('air-travel.ts', import.meta.url))

const child = spawn(process.execPath, [davit, 'run', dag, '--json'], { stdio: ['inherit', 'pipe', 'inherit'] })
// Ctrl-C reaches the child too, which ends in order; we end after it.
process.on('SIGINT', () => {})
const json = (await child.stdout.setEncoding('utf8').toArray()).join('')
if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))

const run = json === '' ? undefined : JSON.parse(json)
const report = run?.tasks?.find(({ taskId }: { taskId: string }) => taskId === 'report')?.result
if (report) {
  await mkdir('.davit/demo', { recursive: true })
  await writeFile('.davit/demo/report.md', report.markdown)
  await writeFile('.davit/demo/chart.svg', report.svg)
  console.log(`\n${report.markdown}`)
  console.log('The report is in .davit/demo/report.md, its chart in .davit/demo/chart.svg.')
} else if (run?.error) {
  console.error(run.error.message)
}
process.exitCode = child.exitCode ?? 1
