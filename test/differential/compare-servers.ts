import fc from 'fast-check'
import type { RawApi } from '../support/raw-api.ts'
import { type AcceptedDifference, acceptedDifferences } from './accepted-differences.ts'
import { type Difference, firstDifference } from './first-difference.ts'
import type { Namespaces } from './memory.ts'
import { normalised } from './normalised.ts'
import type { Sequence } from './operation.ts'
import { runSequence, type Transcript } from './run-sequence.ts'
import { sequences } from './sequence-arbitrary.ts'
import { smallerSequences } from './smaller-sequences.ts'

/** The two servers that must agree. */
export interface Pair {
  readonly left: RawApi
  readonly right: RawApi
}

export interface ComparisonOptions {
  /** Of the first sequence; the next ones have the next numbers. */
  readonly seed: number
  readonly runs: number
  /** How many sequences run at a time. @default 6 */
  readonly concurrency?: number
  /** Ends the run after so many sequences that differ. @default 3 */
  readonly maxMismatches?: number
  /** Whether a sequence that differs is made smaller. @default true */
  readonly shrink?: boolean
}

/** A sequence to which the servers do not say the same. */
export interface Mismatch {
  readonly seed: number
  /** As small as it became. */
  readonly sequence: Sequence
  readonly difference: Difference
  readonly transcripts: readonly [left: Transcript, right: Transcript]
}

export interface Comparison {
  readonly sequences: number
  /** How many operations ran, by `VERB RESOURCE`. */
  readonly operations: ReadonlyMap<string, number>
  readonly mismatches: readonly Mismatch[]
}

/** Runs random sequences on both servers and compares all that they say. */
export async function compareServers(pair: Pair, options: ComparisonOptions): Promise<Comparison> {
  const { seed, runs, concurrency = 16, maxMismatches = 3, shrink = true } = options
  const operations = new Map<string, number>()
  const mismatches: Mismatch[] = []
  let next = 0
  let done = 0
  const worker = async () => {
    while (next < runs && mismatches.length < maxMismatches) {
      const current = seed + next++
      const sequence = sequenceOf(current)
      const found = await mismatchOf(pair, sequence, current)
      done++
      for (const { verb, resource, subresource } of sequence.operations) {
        const kind = `${verb} ${resource}${subresource ? `/${subresource}` : ''}`
        operations.set(kind, (operations.get(kind) ?? 0) + 1)
      }
      if (found) mismatches.push(shrink ? await smallest(pair, found) : found)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  return { sequences: done, operations, mismatches }
}

/** The sequence of a seed. */
export function sequenceOf(seed: number): Sequence {
  const [sequence] = fc.sample(sequences, { seed, numRuns: 1 })
  if (sequence === undefined) throw new Error(`no sequence for seed ${seed}`)
  return sequence
}

function compared(left: unknown, right: unknown): Difference | undefined {
  if (firstDifference(left, right) === undefined) return undefined
  return firstDifference(rewritten(left, acceptedDifferences), rewritten(right, acceptedDifferences))
}

function rewritten(value: unknown, rows: readonly AcceptedDifference[]): unknown {
  if (typeof value === 'string') return rewrittenText(value, rows)
  if (Array.isArray(value)) return value.map((item) => rewritten(item, rows)).filter((item) => item !== undefined)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, rewritten(part, rows)]))
}

function rewrittenText(text: string, rows: readonly AcceptedDifference[]): string | undefined {
  let left: string | undefined = text
  for (const { rewrite } of rows) left = left === undefined ? left : rewrite(left)
  return left
}

let namespaceCount = 0

/** Names that no sequence of this run had before: nothing of another one is in the way. */
function freshNamespaces(seed: number): Namespaces {
  const own = `d${process.pid}-${seed}-${namespaceCount++}`
  return { own, other: `${own}-other`, absent: `${own}-absent` }
}

async function mismatchOf({ left, right }: Pair, sequence: Sequence, seed: number): Promise<Mismatch | undefined> {
  const namespaces = freshNamespaces(seed)
  const transcripts = await Promise.all([
    runSequence(left, sequence, namespaces),
    runSequence(right, sequence, namespaces),
  ])
  const now = Date.now()
  const difference = compared(normalised(transcripts[0], now), normalised(transcripts[1], now))
  return difference && { seed, sequence, difference, transcripts }
}

/** How long a sequence is made smaller at most, in milliseconds. */
const SHRINK_MS = 20_000

/** Takes away what the difference does not need. */
async function smallest(pair: Pair, found: Mismatch): Promise<Mismatch> {
  const deadline = performance.now() + SHRINK_MS
  let best = found
  for (let goesOn = true; goesOn; ) {
    goesOn = false
    for (const sequence of smallerSequences(best.sequence)) {
      if (performance.now() > deadline) return best
      const mismatch = await mismatchOf(pair, sequence, found.seed)
      if (!mismatch) continue
      best = mismatch
      goesOn = true
      break
    }
  }
  return best
}
