import { nearestNameHint } from '../nearest-name.ts'
import type { Problem } from '../problem.ts'
import { isPlainObject } from './plain-object.ts'
import { fieldsOfPodType, isPlainValue, type PodFieldType } from './pod-schema.ts'

/** Where something is, from the pod down. */
export type PodPath = readonly (string | number)[]

/** A problem with its place, so that a reader of text can name the line. */
export interface PodFieldProblem {
  readonly place: PodPath
  readonly message: string
  readonly hint?: string
}

/**
 * All that is wrong with a pod's fields: names that no pod has, with the nearest one, and values of the wrong type. Not
 * whether the values make sense: the API server says that.
 */
export function podFieldProblems(pod: unknown): readonly PodFieldProblem[] {
  return [...checkOne(pod, 'Pod', []), ...kindProblems(pod)]
}

/**
 * As {@link podFieldProblems}, ready to be shown: for an override, say.
 *
 * @param root stands before each path: `podOverride` gives `podOverride.spec.containers[0].image`
 */
export function checkPod(pod: unknown, root = ''): readonly Problem[] {
  return podFieldProblems(pod).map(({ place, ...said }) => ({
    file: null,
    path: podPathText(place, root) || null,
    ...said,
  }))
}

/** A pod of another kind or version is no pod. */
export function kindProblems(pod: unknown): readonly PodFieldProblem[] {
  if (!isPlainObject(pod)) return []
  const { kind, apiVersion } = pod
  return [
    ...(typeof kind === 'string' && kind !== 'Pod' ? [{ place: ['kind'], message: `must be Pod, not ${kind}` }] : []),
    ...(typeof apiVersion === 'string' && apiVersion !== 'v1'
      ? [{ place: ['apiVersion'], message: `must be v1, not ${apiVersion}` }]
      : []),
  ]
}

/** `spec.containers[0].env`; keys that are no plain words in brackets: `metadata.labels["app.kubernetes.io/name"]`. */
export function podPathText(place: PodPath, root = ''): string {
  return place.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    if (!/^[\w-]+$/.test(step)) return `${text}[${JSON.stringify(step)}]`
    return text === '' ? step : `${text}.${step}`
  }, root)
}

function* check(value: unknown, type: PodFieldType, place: PodPath): Generator<PodFieldProblem> {
  if (value === null || value === undefined) return
  if (type.shape === 'one') return yield* checkOne(value, type.name, place)
  if (type.shape === 'list') {
    if (!Array.isArray(value)) return yield { place, message: `must be a list, not ${kindOf(value)}` }
    for (const [index, item] of value.entries()) yield* checkOne(item, type.name, [...place, index])
    return
  }
  if (!isPlainObject(value)) return yield { place, message: `must be a map, not ${kindOf(value)}` }
  for (const [key, item] of Object.entries(value)) {
    if (item !== null) yield* checkOne(item, type.name, [...place, key])
  }
}

function* checkOne(value: unknown, type: string, place: PodPath): Generator<PodFieldProblem> {
  const fields = fieldsOfPodType(type)
  if (fields === undefined) {
    if (type !== 'any' && !isPlainValue(value, type)) yield wrongValue(value, type, place)
    return
  }
  if (!isPlainObject(value)) return yield { place, message: `must be an object, not ${kindOf(value)}` }
  for (const [name, member] of Object.entries(value)) {
    const field = fields.get(name)
    if (field === undefined) {
      yield { place: [...place, name], message: 'unknown field', ...nearestNameHint(name, fields.keys()) }
    } else {
      yield* check(member, field, [...place, name])
    }
  }
}

const WORDS: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  quantity: 'a quantity such as 500m or 2Gi',
  intOrString: 'a whole number or text',
  time: 'a time as text',
}

function wrongValue(value: unknown, type: string, place: PodPath): PodFieldProblem {
  const isScalar = typeof value === 'number' || typeof value === 'boolean'
  return {
    place,
    message: `must be ${WORDS[type] ?? 'text'}, not ${kindOf(value)}`,
    ...(WORDS[type] === undefined && isScalar ? { hint: 'put it in quotes' } : {}),
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (isPlainObject(value)) return 'an object'
  if (typeof value === 'string') return `the text ${JSON.stringify(value.slice(0, 80))}`
  return `the ${typeof value} ${String(value)}`
}
