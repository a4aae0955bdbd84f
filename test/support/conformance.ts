import { basename } from 'node:path'
import { describe, it } from 'vitest'
import type { Backend, Feature, PodRuntime } from './backend.ts'
import { backends } from './backends.ts'
import { RawApi } from './raw-api.ts'
import { createNamespace, namespaceName } from './test-namespace.ts'

export interface ConformanceOptions {
  /** How pods run; `process` needs the feature `containers`. @default 'scripted' */
  readonly runtime?: PodRuntime
  /** What the cases need: a backend that lacks it prints why they do not run. @default [] */
  readonly needs?: readonly Feature[]
  /** Cases that mostly wait run side by side: they wait with `eventually`, since `expect.poll` wants to know which test runs. @default false */
  readonly concurrent?: boolean
}

/** vitest's `it`, with the fixtures `backend`, `api`, `namespace` and `newNamespace`. */
export type ConformanceCase = ReturnType<typeof casesOn>

/**
 * Registers the same cases for every backend that CONFORMANCE names; its name leads their titles. Each case that asks for
 * `namespace` has one of its own, and further ones by `newNamespace`; they are removed unless the case failed.
 */
export function conformance(
  subject: string,
  { runtime = 'scripted', needs = [], concurrent = false }: ConformanceOptions,
  define: (it: ConformanceCase, backend: Backend) => void,
): void {
  for (const backend of backends(process.env.CONFORMANCE)) {
    const lacks = backend.lacks(runtime)
    const needed: readonly Feature[] = runtime === 'process' ? ['containers', ...needs] : needs
    const missing = needed.find((feature) => lacks[feature] !== undefined)
    // Fixtures of a whole file are made at its top.
    const cases = casesOn(backend, runtime)
    describe(`${backend.name}: ${subject}`, { concurrent }, () => {
      if (missing === undefined) define(cases, backend)
      else it.skip(`lacks ${missing}: ${lacks[missing]}`)
    })
  }
}

function casesOn(backend: Backend, runtime: PodRuntime) {
  return it
    .extend('podRuntime', { scope: 'file' }, runtime)
    .extend('backend', { scope: 'file' }, async ({ podRuntime }, { onCleanup }) => {
      const started = await backend.start({ runtime: podRuntime })
      onCleanup(() => started.stop())
      return started
    })
    .extend('api', { scope: 'file' }, async ({ backend: started }, { onCleanup }) => {
      const api = new RawApi(started.kubeconfig)
      onCleanup(() => api[Symbol.dispose]())
      return api
    })
    .extend('newNamespace', async ({ api, backend: started, task }, { onCleanup }) => {
      const names: string[] = []
      onCleanup(async () => {
        if (task.result?.state === 'fail') return
        for (const name of names) await api.delete(`/api/v1/namespaces/${name}`)
      })
      return async () => {
        const name = namespaceName(basename(task.file.filepath, '.test.ts'), task.name)
        names.push(name)
        await createNamespace(api, name, started)
        return name
      }
    })
    .extend('namespace', ({ newNamespace }) => newNamespace())
}
