import type { QueuedWorkload } from '@davit/executor'

/** Tasks as a scheduler hands them over: of one DAG run, mapped. */
export function taskWorkloads(count: number, runId: string): QueuedWorkload[] {
  return Array.from({ length: count }, (_, mapIndex) => ({
    key: { dagId: 'bench', taskId: 'work', runId, tryNumber: 1, mapIndex },
    args: commandOf(runId, mapIndex),
  }))
}

/** Of a scheduler's, which has it in its store; so that it is held once here. */
const PAYLOAD = 'x'.repeat(800)

/** What the main container is told to run; as long as a real one's. */
export function commandOf(runId: string, mapIndex: number): string[] {
  return ['work', '--dag', 'bench', '--run', runId, '--map-index', String(mapIndex), '--payload', PAYLOAD]
}
