import type { JsonObject } from './dag-document.ts'
import type { Finding } from './finding.ts'

/** The lists of containers of a pod's spec. */
export const POD_CONTAINER_LISTS = ['containers', 'initContainers'] as const

/** What is wrong with pods that a DAG brings along. Paths are within the pod. */
export interface PodChecks {
  checkOverride(pod: JsonObject): readonly Finding[]
  /** @param file absolute; it exists. */
  checkTemplateFile(file: string): readonly Finding[]
}

export const executorPodChecks: PodChecks = {
  checkOverride: () => [],
  checkTemplateFile: () => [],
}
