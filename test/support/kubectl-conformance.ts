import type { Backend } from './backend.ts'
import { type ConformanceCase, type ConformanceOptions, conformance } from './conformance.ts'
import { kubectlOn } from './run-kubectl.ts'

/** As {@link ConformanceCase}, with the fixture `kubectl`, which works in the case's namespace. */
export type KubectlCase = ReturnType<typeof withKubectl>

/** As {@link conformance}, for cases of kubectl. */
export function kubectlConformance(
  subject: string,
  options: ConformanceOptions,
  define: (it: KubectlCase, backend: Backend) => void,
): void {
  conformance(`kubectl: ${subject}`, options, (it, backend) => define(withKubectl(it), backend))
}

function withKubectl(it: ConformanceCase) {
  return it.extend('kubectl', async ({ backend, namespace }, { onCleanup }) => {
    const kubectl = await kubectlOn(backend, namespace)
    onCleanup(() => kubectl[Symbol.asyncDispose]())
    return kubectl
  })
}
