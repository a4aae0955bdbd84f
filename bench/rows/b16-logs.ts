import { join } from 'node:path'
import type { BenchContext, Benchmark, Measures } from '../benchmark.ts'
import { clientOf } from '../client-of.ts'
import { archivedLines } from '../measuring/archived-lines.ts'
import { startLogFront } from '../server/log-front.ts'
import { workOnServer } from './work-on-server.ts'

const LINES_PER_SECOND = 1_000
const sizes = { full: { pods: 50, seconds: 10 }, quick: { pods: 15, seconds: 1 } } as const

const metrics = [
  { name: 'lines lost', digits: 0 },
  { name: 'lines twice', digits: 0 },
  { name: 'client CPU us/line' },
] as const

const title = (size: BenchContext['size']) =>
  `keep the logs of ${sizes[size].pods} pods that end, ${LINES_PER_SECOND} lines/s each, for ${sizes[size].seconds} s`

/** B16: logs of pods that are being deleted while they run, followed to their end; `cut`: each stream breaks in the middle. */
export const logs: readonly Benchmark[] = [
  {
    name: 'B16/whole',
    title,
    metrics,
    contenders: {
      davit: (context) => measure(context, 'davit-logs', false),
      'raw copy': (context) => measure(context, 'raw-copy', false),
    },
  },
  {
    name: 'B16/cut',
    title: (size) => `${title(size)}; each stream breaks once`,
    metrics,
    contenders: { davit: (context) => measure(context, 'davit-logs', true) },
  },
]

async function measure(context: BenchContext, script: string, cuts: boolean): Promise<Measures> {
  const folder = join(context.folder, 'logs')
  const { pods, seconds } = sizes[context.size]
  const options = { linesPerSecond: LINES_PER_SECOND, seconds, cuts }
  const linesEach = LINES_PER_SECOND * seconds
  return await workOnServer(
    context,
    {
      phase: 'logs',
      isHeld: true,
      circumstances: (server) => startLogFront(server, options, context.folder),
      command: (given) => clientOf(script, { ...given, folder, pods }, context),
    },
    async ({ phase }) => {
      const { lost, repeated } = await archivedLines(folder, pods, linesEach)
      return {
        'lines lost': lost,
        'lines twice': repeated,
        'client CPU us/line': (phase.clientCpuMs * 1000) / (pods * linesEach),
      }
    },
  )
}
