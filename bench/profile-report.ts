import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A function's own share of a profile's busy time. */
export interface ProfiledFunction {
  readonly name: string
  /** `file:line`, relative to the repository where it is of it. */
  readonly place: string
  readonly share: number
  readonly isOurs: boolean
}

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number }
  }[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** A function of ours with more than this share of the time is to be explained. */
const CONSPICUOUS = 0.1
const SHOWN = 12

/** Which functions the time went to, for each profile in the folder's folders, and those of ours that stand out. */
export async function profileReport(folder: string): Promise<string> {
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.cpuprofile')).sort()
  if (files.length === 0) return 'no profile was written: Davit took part in none of these benchmarks'
  const reports = files.map(async (file) => {
    const functions = profiledFunctions(JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile)
    const conspicuous = functions.filter(({ share, isOurs }) => isOurs && share > CONSPICUOUS)
    return [
      file,
      ...functions.slice(0, SHOWN).map(({ name, place, share }) => `  ${percent(share)} ${name} ${place}`),
      conspicuous.length === 0
        ? '  no function of ours takes more than 10 %'
        : `  of ours above 10 %: ${conspicuous.map(({ name }) => name).join(', ')}`,
    ].join('\n')
  })
  return (await Promise.all(reports)).join('\n\n')
}

/** By their own time, the largest first. Idle time is left out: what counts is what the work was. */
export function profiledFunctions({ nodes, samples, timeDeltas }: CpuProfile): ProfiledFunction[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<string, { frame: CpuProfile['nodes'][number]['callFrame']; time: number }>()
  let busy = 0
  samples.forEach((id, index) => {
    const frame = frames.get(id)
    const time = timeDeltas[index] ?? 0
    if (frame === undefined || frame.functionName === '(idle)' || frame.functionName === '(program)') return
    busy += time
    const key = `${frame.functionName} ${frame.url}:${frame.lineNumber}`
    const known = times.get(key)
    if (known) known.time += time
    else times.set(key, { frame, time })
  })
  return [...times.values()]
    .map(({ frame: { functionName, url, lineNumber }, time }) => ({
      name: functionName || '(anonymous)',
      place: `${placeOf(url)}:${lineNumber + 1}`,
      share: time / busy,
      isOurs: url.includes('/packages/') && !url.includes('/node_modules/'),
    }))
    .toSorted((a, b) => b.share - a.share)
}

function placeOf(url: string): string {
  const root = new URL('..', import.meta.url).href
  if (url.startsWith(root)) return url.slice(root.length)
  return url.startsWith('file:') ? fileURLToPath(url) : url
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1).padStart(5)} %`
}
