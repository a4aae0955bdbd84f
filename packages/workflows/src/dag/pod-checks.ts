import {
  checkPod,
  checkPodPatch,
  deserializeModelFile,
  type Problem as ExecutorProblem,
  PodTemplateError,
} from '@davit/executor'
import type { JsonObject } from './dag-document.ts'
import { parseDocumentPath } from './document-path.ts'
import type { Finding } from './finding.ts'

/** What is wrong with the fields of a pod override, as the executor would find it. Paths are within the pod. */
export function podOverrideProblems(pod: JsonObject): readonly Finding[] {
  return checkPod(pod).map(findingOf)
}

/** What is wrong with a strategic merge patch of a pod, as the executor would find it. Paths are within the patch. */
export function podPatchProblems(patch: JsonObject): readonly Finding[] {
  return checkPodPatch(patch).map(findingOf)
}

/**
 * What is wrong with a pod template, as the executor would find it. Paths are within the template.
 * @param file absolute
 */
export function podTemplateProblems(file: string): readonly Finding[] {
  try {
    deserializeModelFile(file)
    return []
  } catch (error) {
    if (!(error instanceof PodTemplateError)) throw error
    return error.problems.map(({ path, line, message, hint }) => ({
      file,
      path: parseDocumentPath(path ?? ''),
      message: line === undefined ? message : `${message} (line ${line})`,
      ...(hint !== undefined && { hint }),
    }))
  }
}

function findingOf({ path, message, hint }: ExecutorProblem): Finding {
  return { path: parseDocumentPath(path ?? ''), message, ...(hint !== undefined && { hint }) }
}
