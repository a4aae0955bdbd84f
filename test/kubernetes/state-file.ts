import { readFile, rename, writeFile } from 'node:fs/promises'
import type { ProcessIdentity } from './process-identity.ts'

/** What must be known to find, use and stop a Kubernetes that another process started. */
export interface State {
  readonly url: string
  readonly etcdUrl: string
  /** The program that runs. */
  readonly program: string
  readonly processes: Readonly<Record<string, ProcessIdentity>>
  /** The address of this machine in the containers of its kubelet; null without one. */
  readonly hostAddress: string | null
}

/** Writes the file whole or not at all. */
export async function writeState(file: string, state: State): Promise<void> {
  await writeFile(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.new`, file)
}

/**
 * The state in a file; null when there is none.
 *
 * @throws Error when there is something else in the file
 */
export async function readState(file: string): Promise<State | null> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
  const state = parsedState(text)
  if (state === null) throw new Error(`${file} is not the state of a test Kubernetes: look at it and remove it`)
  return state
}

function parsedState(text: string): State | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const { url, etcdUrl, program, processes, hostAddress = null } = value
  if (typeof url !== 'string' || typeof etcdUrl !== 'string' || typeof program !== 'string') return null
  if (!isRecord(processes) || !Object.values(processes).every(isIdentity)) return null
  if (hostAddress !== null && typeof hostAddress !== 'string') return null
  return { url, etcdUrl, program, processes: processes as Record<string, ProcessIdentity>, hostAddress }
}

function isIdentity(value: unknown): value is ProcessIdentity {
  return isRecord(value) && Number.isSafeInteger(value.pid) && typeof value.startedAt === 'string'
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
