import type { Failure } from '@davit/executor'
import type { JsonValue } from '../../dag/dag-spec.ts'

export type ContainerResult =
  | { readonly ok: true; readonly result?: JsonValue }
  | { readonly ok: false; readonly failure: Failure }

// The kubelet keeps the last 4,096 bytes of a container's message, and 12,288 bytes over all containers of a pod.
const MAX_MESSAGE_BYTES = 4096
const MAX_POD_MESSAGE_BYTES = 12_288

/**
 * The result that a container task wrote to `$DAVIT_RESULT`: JSON in its termination message. Nothing written: no
 * result. A message that fills the kubelet's limit may have lost its beginning, which nobody could tell from the rest;
 * that, or what is no JSON, is a failure of class `config`.
 */
export function containerResult(terminationMessage: string | undefined, containerCount: number): ContainerResult {
  const text = terminationMessage ?? ''
  if (text.trim() === '') return { ok: true }
  const limit = Math.min(MAX_MESSAGE_BYTES, Math.floor(MAX_POD_MESSAGE_BYTES / Math.max(1, containerCount)))
  const bytes = Buffer.byteLength(text)
  if (bytes >= limit) {
    return refused(
      `.length=${bytes}`,
      `the result fills the ${limit} bytes that Kubernetes keeps of it, so its beginning may be lost; return less, or a reference to where it is`,
    )
  }
  try {
    return { ok: true, result: JSON.parse(text) as JsonValue }
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    return refused(`=${text.slice(0, 100)}`, `the result is no JSON: ${cause}`)
  }
}

function refused(evidence: string, message: string): ContainerResult {
  const path = 'status.containerStatuses[0].state.terminated.message'
  return { ok: false, failure: { class: 'config', evidence: `${path}${evidence}`, message } }
}
