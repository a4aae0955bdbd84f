import type { Finding } from '../../packages/workflows/src/doctor/finding.ts'
import { callDavit } from './call-davit.ts'

/** What `davit doctor --json` prints. */
interface DoctorJson {
  readonly server: string
  readonly problems: number
  readonly warnings: number
  readonly findings: readonly Finding[]
}

/** A diagnosis: how it ended, and what it found. */
export interface Diagnosis {
  readonly exitCode: number
  readonly json: DoctorJson
  readonly stdout: string
  /** Findings that are not well, without those about tokens that pods get, which every plain template has. */
  readonly troubles: readonly Finding[]
}

/** Runs `davit doctor --json`. */
export async function runDoctor(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Diagnosis> {
  const { exitCode, stdout } = await callDavit(['doctor', '--json', ...args], env)
  const json = JSON.parse(stdout) as DoctorJson
  const troubles = (json.findings ?? []).filter(({ level, what }) => level !== 'ok' && !/get a token of/.test(what))
  return { exitCode, json, stdout, troubles }
}
