import type { QueuedWorkload, TaskInstanceKey } from '@davit/executor'
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import type { StartedBackend } from './backend.ts'
import { processSpec } from './process-pod.ts'

/** A task of real processes: its container runs a shell script, for two seconds after SIGTERM at most. */
export function shellWorkload(
  backend: Pick<StartedBackend, 'nodeSelector'>,
  key: TaskInstanceKey,
  script: string,
  { spec, container }: { readonly spec?: Partial<PodSpec>; readonly container?: Partial<Container> } = {},
): QueuedWorkload {
  const base = { name: 'base', image: 'busybox:1', command: ['sh', '-c', script], ...container }
  const podOverride = { spec: { ...processSpec(backend), ...spec, containers: [base, ...(spec?.containers ?? [])] } }
  return { key, args: [], executorConfig: { podOverride } }
}
