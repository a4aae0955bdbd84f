import type { Benchmark } from './benchmark.ts'
import { ceiling } from './rows/b0-ceiling.ts'
import { launch } from './rows/b1-launch.ts'
import { admissionDelays } from './rows/b2-admission-delay.ts'
import { wireBytes } from './rows/b3-bytes.ts'
import { decode } from './rows/b4-decode.ts'
import { outcomeDelays } from './rows/b5-outcome-delay.ts'
import { lifecycle } from './rows/b6-lifecycle.ts'
import { quiet } from './rows/b7-quiet.ts'
import { takeovers } from './rows/b9-takeover.ts'
import { quietWatch } from './rows/b10-quiet-watch.ts'
import { refusals } from './rows/b11-refusals.ts'
import { logs } from './rows/b16-logs.ts'
import { start } from './rows/b18-start.ts'

/** In the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  ceiling,
  launch,
  ...admissionDelays,
  wireBytes,
  decode,
  ...outcomeDelays,
  lifecycle,
  quiet,
  ...takeovers,
  quietWatch,
  ...refusals,
  ...logs,
  start,
]
