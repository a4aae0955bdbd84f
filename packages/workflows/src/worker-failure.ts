import type { Failure, FailureClass } from '@davit/executor'

const CLASSES: readonly string[] = [
  'user',
  'config',
  'capacity',
  'infrastructure',
  'disruption',
  'oom',
  'deadline',
  'unknown',
] satisfies FailureClass[]

/** The kubelet keeps this many bytes of a termination message; the JSON around the texts takes some. */
const MAX_TEXT = 1_000

/**
 * A failure as the text of a pod's termination message: what a worker leaves when it cannot tell the task API, or in
 * case the pod's end is seen first.
 */
export function terminationMessageOf({ class: kind, evidence, message }: Failure): string {
  return JSON.stringify({ davitFailure: { class: kind, evidence: cut(evidence), message: cut(message) } })
}

/** Reads {@link terminationMessageOf} back; undefined for every other text. */
export function failureOfTerminationMessage(text: string | undefined): Failure | undefined {
  if (!text?.includes('"davitFailure"')) return undefined
  try {
    const { davitFailure } = JSON.parse(text) as { davitFailure?: unknown }
    return isFailure(davitFailure) ? davitFailure : undefined
  } catch {
    return undefined
  }
}

/** Whether a value of the wire is a failure. */
export function isFailure(value: unknown): value is Failure {
  if (typeof value !== 'object' || value === null) return false
  const { class: kind, evidence, message } = value as Record<string, unknown>
  return (
    typeof kind === 'string' && CLASSES.includes(kind) && typeof evidence === 'string' && typeof message === 'string'
  )
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
