import { type Asked, wordsOf } from './asked.ts'
import { type Finding, ok, problem } from './finding.ts'

/** The first minor version that refuses unknown fields when it is asked to (`fieldValidation`), which a create relies on. */
const OLDEST = 27
/** What the suites run against. */
const TESTED = 36

export interface ServerVersion {
  readonly gitVersion: string
  readonly major: string
  readonly minor: string
}

/** Whether the server is of a version that we know. */
export function versionFindings(answer: Asked<ServerVersion>): readonly Finding[] {
  if ('error' in answer) {
    const what = `the server does not tell its version: ${wordsOf(answer.error)}`
    const todo = 'is it a Kubernetes API server? Try: kubectl version'
    return [problem('version', { what, why: 'nothing else that it says can be relied on', todo })]
  }
  const { gitVersion, major, minor } = answer.value
  const number = Number.parseInt(minor, 10)
  if (Number(major) === 1 && number < OLDEST) {
    const trouble = {
      what: `Kubernetes ${gitVersion} is older than 1.${OLDEST}`,
      why: 'it drops fields of pods that it does not know without a word, and what a pod was to do is lost',
      todo: `use Kubernetes 1.${OLDEST} or newer`,
    }
    return [problem('version', trouble)]
  }
  const newer = Number(major) > 1 || number > TESTED ? `, newer than 1.${TESTED}, which davit is tested with` : ''
  return [ok('version', `Kubernetes ${gitVersion}${newer}`)]
}
