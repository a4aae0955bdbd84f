import { type Feature, featureNames, nodeSelectors, type PodRuntime } from './backend.ts'
import { devclusterBackend } from './devcluster-backend.ts'
import { devclusterGaps } from './devcluster-gaps.ts'

/** One thing that is missing, for people. */
interface GapLine {
  readonly missing: string
  /** What one sees when one asks for it; null where there is nothing to ask. */
  readonly seen: string | null
  readonly instead: string
}

const runtimes = Object.keys(nodeSelectors) as readonly PodRuntime[]

/** Everything that is missing: the gaps, and the features for which the suite leaves cases out. */
export function gapLines(): readonly GapLine[] {
  const covered = new Set(devclusterGaps.flatMap(({ feature }) => feature ?? []))
  const lacking = runtimes.flatMap((runtime) =>
    Object.entries(devclusterBackend.lacks(runtime)).map(([feature, reason]) => ({ runtime, feature, reason })),
  )
  const features = [...Map.groupBy(lacking, ({ feature }) => feature)].filter(
    ([feature]) => !covered.has(feature as Feature),
  )
  return [
    ...devclusterGaps.map(({ missing, seen, instead }) => ({ missing, seen: seen.devcluster, instead })),
    ...features.map(([feature, same]) => {
      const other = runtimes.find((runtime) => same.every((one) => one.runtime !== runtime))
      const where = other === undefined ? '' : `, with the runtime \`${same[0]?.runtime}\``
      return {
        missing: `${featureNames[feature as Feature]}${where}: ${same[0]?.reason}`,
        seen: null,
        instead: other === undefined ? 'Use a real cluster.' : `Use the runtime \`${other}\`.`,
      }
    }),
  ]
}

/** `docs/devcluster-gaps.md`, whole. */
export function gapsPage(): string {
  const lines = gapLines().map(({ missing, seen, instead }) => {
    return `- **${missing}.** ${seen === null ? '' : `The answer: \`${seen}\`. `}${instead}`
  })
  return `# What the dev cluster lacks

Made by \`npm run generate:gaps\` from the data of the conformance suite: \`test/support/devcluster-gaps.ts\`, whose probes run on Kubernetes and on the dev cluster and see what is quoted here, and the features for which cases are left out.
What else the suite asks, the dev cluster answers as Kubernetes does. All its data is in memory, and ends with the process.

${lines.join('\n')}
`
}

const SECTION = '## What it lacks\n\n'

/** The README of the package with its own list of the same. */
export function withGapsSection(readme: string): string {
  const start = readme.indexOf(SECTION)
  if (start < 0) throw new Error('the README has no section "What it lacks"')
  const end = readme.indexOf('\n## ', start + SECTION.length)
  const lines = gapLines().map(({ missing, instead }) => `- ${missing}. ${instead}`)
  const rest = end < 0 ? '' : readme.slice(end)
  return `${readme.slice(0, start)}${SECTION}${lines.join('\n')}\n- What outlives the process: all data is in memory.\n${rest}`
}
