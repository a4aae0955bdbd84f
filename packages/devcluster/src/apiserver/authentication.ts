import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { badRequest, forbidden, unauthorized } from './status.ts'

/**
 * Whether a request has the token. One without any, or with credentials of another sort, is anonymous.
 *
 * @throws {ApiError} 401 for a wrong token
 */
export function hasToken({ authorization = '' }: IncomingHttpHeaders, token: Buffer): boolean {
  // As Kubernetes reads it: what follows the token does not count.
  const [scheme = '', given = ''] = authorization.trim().split(' ')
  if (scheme.toLowerCase() !== 'bearer' || given === '') return false
  const bytes = Buffer.from(given)
  if (bytes.length !== token.length || !timingSafeEqual(bytes, token)) throw unauthorized()
  return true
}

/**
 * Nobody can be acted as.
 *
 * @throws {ApiError} 403, and 400 for half an impersonation
 */
export function refuseImpersonation(headers: IncomingHttpHeaders): void {
  const user = String(headers['impersonate-user'] ?? '')
  if (user !== '') throw forbidden({ group: '', plural: 'users' }, user, 'the dev cluster has no users to act as')
  const parts = Object.keys(headers).filter((name) => /^impersonate-(uid$|group$|extra-)/.test(name) && headers[name])
  if (parts.length > 0) throw badRequest(`requested ${parts.join(', ')} without impersonating a user name`)
}
