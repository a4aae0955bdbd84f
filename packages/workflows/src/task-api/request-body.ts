import type { IncomingMessage } from 'node:http'
import { MAX_RESULT_BYTES, type ReportedOutcome } from '../worker/protocol.ts'
import { isFailure } from '../worker-failure.ts'
import { Refusal } from './refusal.ts'

/** What stands around a result. */
const ENVELOPE_BYTES = 64 * 1024

/** Reads a request's JSON body. */
export async function readBody(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request) {
    bytes += chunk.length
    if (bytes > MAX_RESULT_BYTES + ENVELOPE_BYTES) {
      throw new Refusal(413, 'BODY_TOO_LARGE', `a result may have ${MAX_RESULT_BYTES} bytes of JSON`)
    }
    chunks.push(chunk)
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString())
    if (typeof body === 'object' && body !== null && !Array.isArray(body)) return { ...body }
  } catch {
    // Said below, in the same words for everything that is no object.
  }
  throw new Refusal(400, 'BODY_INVALID', 'the body must be a JSON object')
}

/** A field that must be text. */
export function textField(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name]
  if (typeof value === 'string' && value !== '') return value
  throw new Refusal(400, 'BODY_INVALID', `${name} must be text`)
}

/** The outcome that a worker reports. */
export function outcomeField(body: Readonly<Record<string, unknown>>): ReportedOutcome {
  const outcome = body.outcome
  if (typeof outcome === 'object' && outcome !== null && 'state' in outcome) {
    const { state, reason, failure, result } = outcome as Record<string, unknown>
    if (state === 'success') {
      if (result === undefined) return { state }
      if (Buffer.byteLength(JSON.stringify(result)) > MAX_RESULT_BYTES) {
        throw new Refusal(413, 'RESULT_TOO_LARGE', `a result may have ${MAX_RESULT_BYTES} bytes of JSON`)
      }
      // It came as JSON.
      return { state, result: result as never }
    }
    if (state === 'skipped' && typeof reason === 'string') return { state, reason }
    if (state === 'failed' && isFailure(failure)) return { state, failure }
  }
  throw new Refusal(400, 'BODY_INVALID', 'outcome must be a success, a skip with its reason, or a failure')
}
