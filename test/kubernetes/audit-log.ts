import { wholeLines } from './whole-lines.ts'

/** One request about pods, as the API server's audit log has it. */
export interface PodRequest {
  /** Kubernetes' word: create, get, list, watch, update, patch, delete, deletecollection. */
  readonly verb: string
  /** `status`, `log`, `binding`, `eviction`, …; null for the pod itself. */
  readonly subresource: string | null
  readonly namespace: string | null
  /** The pod's name, the one that was generated included; null for lists and watches. */
  readonly name: string | null
  /** Of the pod that a create made, or that the request itself named; null where neither is. */
  readonly uid: string | null
  /** The HTTP status of the answer; 0 when the request ended without one. */
  readonly code: number
  /** `admin` is the kubeconfig's user; the parts have names of their own. */
  readonly user: string
  readonly userAgent: string
  readonly isDryRun: boolean
  /** With path and query. */
  readonly uri: string
  /** When the server had the request, ISO 8601 with microseconds. */
  readonly receivedAt: string
  /** When the answer was complete; for a watch, when it began. */
  readonly answeredAt: string
  /** The body of the request, where there is one and it is logged (not for `status`). */
  readonly requestObject: unknown
}

/**
 * The requests about pods that are in an audit log by now, oldest answer first.
 *
 * A request appears once, when it was answered; a watch when it began. The line of a large answer may be written
 * a moment after the client has it: wait for a line, do not conclude from its absence at once.
 */
export async function* podRequests(auditLogPath: string): AsyncGenerator<PodRequest> {
  for await (const line of wholeLines(auditLogPath)) {
    const request = parsePodRequest(line)
    if (request !== null) yield request
  }
}

interface AuditEvent {
  readonly stage: string
  readonly verb: string
  readonly requestURI: string
  readonly user?: { readonly username?: string }
  readonly userAgent?: string
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
    readonly name?: string
    readonly uid?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly requestObject?: { readonly preconditions?: { readonly uid?: string } }
  readonly responseObject?: {
    readonly kind?: string
    readonly metadata?: { readonly name?: string; readonly uid?: string }
  }
  readonly requestReceivedTimestamp: string
  readonly stageTimestamp: string
}

/** What a create is answered with: the pod, or what its client asked for of it. */
const MADE: ReadonlySet<string | undefined> = new Set(['Pod', 'PartialObjectMetadata'])

/** One line of the log; null when it is not about pods, or a watch's end, whose beginning was there. */
export function parsePodRequest(line: string): PodRequest | null {
  const event = JSON.parse(line) as AuditEvent
  const { objectRef } = event
  if (objectRef?.resource !== 'pods' || objectRef.apiGroup !== undefined) return null
  if (event.verb === 'watch' && event.stage === 'ResponseComplete') return null
  const made = MADE.has(event.responseObject?.kind) ? event.responseObject?.metadata : undefined
  return {
    verb: event.verb,
    subresource: objectRef.subresource ?? null,
    namespace: objectRef.namespace ?? null,
    name: objectRef.name ?? made?.name ?? null,
    uid: objectRef.uid ?? made?.uid ?? event.requestObject?.preconditions?.uid ?? null,
    code: event.responseStatus?.code ?? 0,
    user: event.user?.username ?? '',
    userAgent: event.userAgent ?? '',
    isDryRun: new URL(event.requestURI, 'https://localhost').searchParams.has('dryRun'),
    uri: event.requestURI,
    receivedAt: event.requestReceivedTimestamp,
    answeredAt: event.stageTimestamp,
    requestObject: event.requestObject,
  }
}
