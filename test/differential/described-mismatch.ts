import type { Mismatch } from './compare-servers.ts'
import type { Transcript } from './run-sequence.ts'

const MAX_ANSWER = 4_000

/** A mismatch for people: what differs, the operations, both answers, and how to see it again. */
export function describedMismatch({ seed, difference, sequence, transcripts }: Mismatch): string {
  const at = /^answers\.(\d+)\./.exec(`${difference.path}.`)?.[1]
  const index = at === undefined ? undefined : Number(at)
  return [
    `seed ${seed}: the servers differ in ${difference.path}`,
    `  devcluster: ${shown(difference.left)}`,
    `  kubernetes: ${shown(difference.right)}`,
    'operations:',
    ...sequence.operations.map((operation, step) => `  ${step === index ? '>' : ' '} ${JSON.stringify(operation)}`),
    ...(sequence.watches.length > 0 ? [`watches: ${JSON.stringify(sequence.watches)}`] : []),
    ...(index === undefined ? [] : answersAt(index, transcripts)),
    `again: SEED=${seed} RUNS=1 CONFORMANCE=devcluster,kubernetes npm run test:differential`,
  ].join('\n')
}

function answersAt(index: number, [left, right]: readonly [Transcript, Transcript]): string[] {
  return [`devcluster said ${shown(left.answers[index])}`, `kubernetes said ${shown(right.answers[index])}`]
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > MAX_ANSWER ? `${text.slice(0, MAX_ANSWER)}…` : text
}
