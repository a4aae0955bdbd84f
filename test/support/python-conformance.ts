import { afterAll } from 'vitest'
import type { Backend } from './backend.ts'
import { type ConformanceCase, type ConformanceOptions, conformance } from './conformance.ts'
import { type PythonClient, startPythonClient } from './python-client.ts'

/** As {@link ConformanceCase}, with the fixture `python`. */
export type PythonCase = ReturnType<typeof withPython>

/** As {@link conformance}, for cases of the official Python client; they share one. */
export function pythonConformance(
  subject: string,
  options: ConformanceOptions,
  define: (it: PythonCase, backend: Backend) => void,
): void {
  conformance(`the Python client: ${subject}`, options, (it, backend) => define(withPython(it), backend))
}

function withPython(it: ConformanceCase) {
  let started: Promise<PythonClient> | undefined
  afterAll(async () => (await started)?.[Symbol.asyncDispose]())
  return it.extend('python', ({ backend }) => {
    started ??= startPythonClient(backend.kubeconfig)
    return started
  })
}
