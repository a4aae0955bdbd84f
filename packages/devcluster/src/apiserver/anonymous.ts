import type { RequestInfo } from './http/request-info.ts'
import { ApiError, forbidden } from './status.ts'

/** Paths that tell nothing but that the server is there. */
const OPEN_PATHS = /^\/(version|healthz|livez|readyz)(\/|$)/

/**
 * Whether a request without credentials may look: only whether the server is there.
 *
 * @throws {ApiError} 403 in the words of Kubernetes' RBAC
 */
export function authorizeAnonymous(info: RequestInfo): void {
  if (OPEN_PATHS.test(info.path)) return
  const who = 'User "system:anonymous" cannot'
  if (info.resource === '') {
    throw new ApiError(403, {
      message: `forbidden: ${who} ${info.verb} path "${info.path}"`,
      reason: 'Forbidden',
      details: {},
    })
  }
  const what = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`
  const where = info.namespace === '' ? 'at the cluster scope' : `in the namespace "${info.namespace}"`
  throw forbidden(
    { group: info.group, plural: info.resource },
    info.name,
    `${who} ${info.verb} resource "${what}" in API group "${info.group}" ${where}`,
  )
}
