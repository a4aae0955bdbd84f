import { wholeLines } from './whole-lines.ts'

/** One request of a user, as the authorizer saw it. */
export interface UserRequest {
  readonly verb: string
  /** `pods`, `pods/log`; with the group before it where there is one: `apps/deployments`. Null for other paths. */
  readonly resource: string | null
  /** Null for what is of the whole cluster, and for other paths. */
  readonly namespace: string | null
  /** With path and query. */
  readonly uri: string
  readonly code: number
  /** What the authorizer said; a 403 that comes later, as a quota's, was allowed here. */
  readonly isAllowed: boolean
  /** Which role and binding allowed it; empty when none did. */
  readonly grantedBy: string
}

/** What a user has asked, whatever it was about, as an audit log has it by now; a watch when it began and when it ended. */
export async function* userRequests(
  auditLogPath: string,
  user: string,
  { fromByte = 0 } = {},
): AsyncGenerator<UserRequest> {
  const mark = `"username":${JSON.stringify(user)}`
  for await (const line of wholeLines(auditLogPath, fromByte)) {
    if (!line.includes(mark)) continue
    const request = parseUserRequest(line, user)
    if (request !== null) yield request
  }
}

interface AuditEvent {
  readonly verb: string
  readonly requestURI: string
  readonly user: { readonly username: string }
  readonly objectRef?: {
    readonly apiGroup?: string
    readonly resource?: string
    readonly subresource?: string
    readonly namespace?: string
  }
  readonly responseStatus?: { readonly code?: number }
  readonly annotations?: Readonly<Record<string, string>>
}

/** One line of the log; null when it is another user's. */
export function parseUserRequest(line: string, user: string): UserRequest | null {
  const { verb, requestURI, user: asker, objectRef, responseStatus, annotations } = JSON.parse(line) as AuditEvent
  if (asker.username !== user) return null
  const path = [objectRef?.apiGroup, objectRef?.resource, objectRef?.subresource].filter((part) => part !== undefined)
  return {
    verb,
    resource: path.length > 0 ? path.join('/') : null,
    namespace: objectRef?.namespace ?? null,
    uri: requestURI,
    code: responseStatus?.code ?? 0,
    isAllowed: annotations?.['authorization.k8s.io/decision'] === 'allow',
    grantedBy: annotations?.['authorization.k8s.io/reason'] ?? '',
  }
}
