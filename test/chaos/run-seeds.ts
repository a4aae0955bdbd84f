import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SeedOrder, SeedResult } from './worker.ts'

interface RunOptions {
  readonly seeds: readonly number[]
  readonly workers: number
  /** How often a failing seed is played to cut it down; 0: it is not. */
  readonly shrinkPlays: number
  /** Modules that each worker loads first. @default none */
  readonly imports?: readonly string[]
  /** Beside the environment of this process. @default none */
  readonly env?: Readonly<Record<string, string>>
  /** False: no further seeds are begun. */
  readonly onResult: (result: SeedResult) => boolean
}

/** Plays seeds in processes of their own, each worker one after the other. Resolves when all, or enough, are played. */
export async function runSeeds({
  seeds,
  workers,
  shrinkPlays,
  imports = [],
  env = {},
  onResult,
}: RunOptions): Promise<void> {
  const waiting = [...seeds]
  const execArgv = [...process.execArgv, ...imports.flatMap((path) => ['--import', path])]
  await Promise.all(Array.from({ length: Math.min(workers, seeds.length) }, () => work()))

  function work(): Promise<void> {
    const child = fork(fileURLToPath(new URL('worker.ts', import.meta.url)), {
      execArgv,
      env: { ...process.env, ...env },
    })
    return new Promise((resolve, reject) => {
      let present: number | undefined
      const next = () => {
        present = waiting.shift()
        if (present === undefined) child.disconnect()
        else child.send({ seed: present, shrinkPlays } satisfies SeedOrder)
      }
      child.on('message', (result: SeedResult) => {
        if (!onResult(result)) waiting.length = 0
        next()
      })
      child.once('error', reject)
      child.once('exit', (code, signal) => {
        if (present === undefined) resolve()
        else reject(new Error(`seed ${present}: its process ended with ${signal ?? code}`))
      })
      next()
    })
  }
}
