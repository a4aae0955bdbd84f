import { PodError } from '../errors.ts'
import type { Pod } from '../kube/types.ts'
import type { Problem } from '../problem.ts'
import { kindProblems, type PodFieldProblem, podFieldProblems, podPathText } from './check-pod.ts'
import { clonePlain, isPlainObject } from './plain-object.ts'
import { readPodLeniently } from './read-pod-leniently.ts'

export interface PodModelOptions {
  /** Unknown fields and values of wrong types are errors; false: as in Airflow, see {@link readPodLeniently}. @default true */
  readonly strict?: boolean
}

/** A pod, or all that is wrong with it. */
export type PodReading =
  | { readonly pod: Pod; readonly problems?: never }
  | { readonly pod?: never; readonly problems: readonly PodFieldProblem[] }

/**
 * Makes a pod of plain JSON that should be one: a template that was read elsewhere, say.
 * Airflow: `PodGenerator.deserialize_model_dict`.
 *
 * @throws {PodError} `POD_INVALID`: no object, another kind, a spec without containers, unknown fields; all at once.
 */
export function deserializeModelDict(object: unknown, options: PodModelOptions = {}): Pod {
  const { pod, problems } = readPodModel(object, options)
  if (problems === undefined) return pod
  throw new PodError(
    problems.map(({ place, ...said }): Problem => ({ file: null, path: podPathText(place) || null, ...said })),
  )
}

/** As {@link deserializeModelDict}, with the problems as data. */
export function readPodModel(object: unknown, { strict = true }: PodModelOptions = {}): PodReading {
  if (!isPlainObject(object)) {
    return { problems: [{ place: [], message: 'must be an object with the fields of a pod' }] }
  }
  const problems = [...(strict ? podFieldProblems(object) : kindProblems(object)), ...containerProblems(object.spec)]
  return problems.length > 0 ? { problems } : { pod: strict ? (clonePlain(object) as Pod) : readPodLeniently(object) }
}

function containerProblems(spec: unknown): readonly PodFieldProblem[] {
  if (!isPlainObject(spec) || (spec.containers !== undefined && spec.containers !== null)) return []
  return [{ place: ['spec'], message: 'has no containers', hint: 'the first one is the task’s own: name it base' }]
}
