import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Feature, nodeSelectors, type PodRuntime } from './backend.ts'
import { devclusterBackend } from './devcluster-backend.ts'
import { kubernetesBackend } from './kubernetes-backend.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A title in the sources of the tests: of a case, a group of cases, or a table of cases with its placeholders. */
export interface TestTitle {
  readonly title: string
  /** From the repository's root. */
  readonly file: string
  /** What the test runs on, for people. */
  readonly runsOn: string
}

/** Every title of every test file, in the order of the files. */
export function testTitles(): readonly TestTitle[] {
  return testFiles().flatMap((file) => titlesIn(readFileSync(join(root, file), 'utf8'), file))
}

/** Every test file, from the repository's root. */
export function testFiles(): readonly string[] {
  const folders = ['packages/executor/test', 'packages/devcluster/test', 'packages/workflows/test', 'test']
  return folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`),
    )
    .filter((file) => /\.(test|conformance)\.ts$/.test(file))
    .sort()
}

/** The titles of one file's text. */
export function titlesIn(text: string, file: string): readonly TestTitle[] {
  return [...text.matchAll(TITLE)].map((match) => ({
    title: unescaped(match[2] ?? ''),
    file,
    runsOn: placeOf(file, text.slice(0, match.index + match[0].length)),
  }))
}

/** A text that is the first argument: of `describe`, `it` and their like, of a suite's own word for them, or of what a table of cases gives. */
const TITLE =
  /(?:\b(?:describe|it|test|conformance|\w+Conformance|\w+Case)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1\s*,/g

function unescaped(literal: string): string {
  return literal.replace(/\\(.)/g, '$1')
}

function placeOf(file: string, before: string): string {
  if (file.startsWith('packages/')) return 'no server'
  if (file.startsWith('test/conformance/')) return rowsOf(before)
  if (file.startsWith('test/user-pain/')) return 'dev cluster, test clock'
  if (file.startsWith('test/chaos/')) return 'dev cluster, test clock; Kubernetes through a proxy'
  if (/^test\/(run|devcluster|demo)/.test(file)) return 'dev cluster'
  return 'no server'
}

/** The rows on which the cases of the conformance suite run that the last words of a text open. */
function rowsOf(before: string): string {
  const call = before.slice(Math.max(0, before.toLowerCase().lastIndexOf('conformance(')))
  const options = /^\w*\([^{]*\{([^}]*)\}/.exec(call)?.[1] ?? ''
  const runtime = (/runtime: '(\w+)'/.exec(options)?.[1] ?? 'scripted') as PodRuntime
  if (!(runtime in nodeSelectors)) throw new Error(`unknown runtime ${runtime}`)
  const needs = [...(/needs: \[([^\]]*)\]/.exec(options)?.[1] ?? '').matchAll(/'(\w+)'/g)].map(
    ([, feature]) => feature as Feature,
  )
  // What the runtime itself is: both have it, unless a run is told to leave its node out.
  const given: Feature = runtime === 'process' ? 'containers' : 'scriptedPods'
  const rows = [['dev cluster', devclusterBackend] as const, ['Kubernetes', kubernetesBackend] as const].filter(
    ([, backend]) => {
      const lacks = backend.lacks(runtime)
      return needs.every((feature) => feature === given || lacks[feature] === undefined)
    },
  )
  return rows.map(([name]) => name).join(', ')
}
