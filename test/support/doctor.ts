import { PassThrough, Readable } from 'node:stream'
import { davit } from '../../packages/workflows/src/cli/davit.ts'
import type { Finding } from '../../packages/workflows/src/doctor/finding.ts'

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

/** Runs `davit doctor --json` in this process. */
export async function runDoctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Diagnosis> {
  let stdout = ''
  const io = {
    stdin: Readable.from([]),
    stdout: new PassThrough().on('data', (chunk) => {
      stdout += chunk
    }),
    stderr: new PassThrough().resume(),
    env,
    cwd: process.cwd(),
    onInterrupt: () => () => {},
    exit: (code: number): never => {
      throw new Error(`exit ${code}`)
    },
  }
  const exitCode = await davit(['doctor', '--json', ...args], io)
  const json = JSON.parse(stdout) as DoctorJson
  const troubles = (json.findings ?? []).filter(({ level, what }) => level !== 'ok' && !/get a token of/.test(what))
  return { exitCode, json, stdout, troubles }
}
