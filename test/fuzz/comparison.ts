import { parse } from 'yaml'
import { NAMESPACE } from './fuzz-namespace.ts'
import type { WireAnswer } from './wire-answer.ts'
import type { Outcome } from './wire-client.ts'

/** What of an answer must be the same on every server. */
export interface Essence {
  readonly code: number
  /** Without spaces, in lower case; empty where there is none. */
  readonly contentType: string
  /** Of a Status. */
  readonly reason?: string
  readonly message?: string
  readonly details?: unknown
  /** Of an answer that is plain text. */
  readonly text?: string
}

export function essenceOf({ code, headers, body }: WireAnswer): Essence {
  const contentType = (headers['content-type'] ?? '').toLowerCase().replaceAll(' ', '')
  const status = statusOf(body, contentType)
  if (status) {
    return {
      code,
      contentType,
      ...(status.reason !== undefined && { reason: status.reason }),
      ...(status.message !== undefined && { message: status.message }),
      ...(status.details !== undefined && { details: status.details }),
    }
  }
  return { code, contentType, ...(code >= 400 && contentType.startsWith('text/plain') && { text: body }) }
}

interface StatusFields {
  readonly kind: 'Status'
  readonly status?: string
  readonly code?: number
  readonly reason?: string
  readonly message?: string
  readonly details?: unknown
}

/** The body as a Status, if it is one. */
export function statusOf(body: string, contentType: string): StatusFields | undefined {
  const text = Buffer.from(body, 'latin1').toString()
  if (!/"?kind"?: ?"?Status/.test(text)) return undefined
  try {
    const value = contentType === 'application/yaml' ? parse(text) : JSON.parse(text)
    return value?.kind === 'Status' ? value : undefined
  } catch {
    return undefined
  }
}

/** What of a conversation must be the same on every server. */
export interface OutcomeEssence {
  readonly answers: readonly Essence[]
  readonly instead: Outcome['instead']
}

/** Without what is another on every server: the namespace's name and the ids of objects. */
export function essenceOfOutcome({ answers, instead }: Outcome, namespace: string): OutcomeEssence {
  const text = JSON.stringify(answers.map(essenceOf))
    .replaceAll(namespace, NAMESPACE)
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
  return { answers: JSON.parse(text), instead }
}

/** The codes of the answers, and how the connection ended where they are not all. */
export function codesOf({ answers, instead }: OutcomeEssence): string {
  return [...answers.map(({ code }) => code), instead ?? ''].join()
}
