import { readFile } from 'node:fs/promises'
import { constructPod, type Pod } from '@davit/executor'
import { parse } from 'yaml'
import { commandOf } from './task-workloads.ts'

/**
 * The bodies of pods as Davit's executor makes them, from one that is built once: name, labels and annotations of each are
 * put in, and it is written as JSON, which is all that a bare loop has to do.
 */
export async function barePods(template: string, runId: string): Promise<(index: number) => string> {
  const pod = await podObjects(template, runId)
  return (index) => JSON.stringify(pod(index))
}

/** The same as objects, for a client that writes the JSON itself. */
export async function podObjects(template: string, runId: string): Promise<(index: number) => Pod> {
  const pod = constructPod({
    dagId: 'bench',
    taskId: 'work',
    runId,
    tryNumber: 1,
    mapIndex: 0,
    podId: 'bench-work',
    namespace: 'default',
    schedulerJobId: 'bench',
    baseWorkerPod: parse(await readFile(template, 'utf8')),
    args: commandOf(runId, 0),
  })
  const { metadata, spec } = pod
  const [main, ...others] = spec?.containers ?? []
  return (index) => ({
    ...pod,
    metadata: {
      ...metadata,
      name: `bench-${runId}-${index}`,
      labels: { ...metadata?.labels, map_index: String(index) },
      annotations: { ...metadata?.annotations, map_index: String(index) },
    },
    spec: { ...spec, containers: [{ name: 'base', ...main, args: commandOf(runId, index) }, ...others] },
  })
}
