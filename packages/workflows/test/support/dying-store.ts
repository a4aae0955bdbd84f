import { systemClock } from '@davit/executor'
import { openStore } from '../../src/store/open-store.ts'
import { dagSpec } from './dag-specs.ts'

// A process of its own: opens the file named by its argument, commits what it says on standard output, and dies by
// SIGKILL in the middle of the rest. `hold` instead: says that it is open, and keeps it.
const [database = '', what] = process.argv.slice(2)
const store = await openStore({ database, clock: systemClock, deployment: 'first' })
if (what === 'hold') {
  process.stdout.write('open\n')
} else {
  const spec = dagSpec([{ taskId: 'a' }])
  const create = (runId: string) =>
    store.createDagRun({ spec, runId, logicalDate: '2026-01-01T00:00:00Z', params: { region: 'EU' } })
  for (let number = 1; ; number++) {
    await create(`run-${number}`)
    process.stdout.write(`run-${number}\n`)
    if (number === 20) {
      // Asked for, and not yet answered: there or not, but whole.
      void create('run-21')
      process.kill(process.pid, 'SIGKILL')
    }
  }
}
