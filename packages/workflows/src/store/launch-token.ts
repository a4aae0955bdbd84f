import { createHash, createHmac } from 'node:crypto'

/**
 * The secret that a launch's pod shows to the task API. A function of the store's secret and the launch, so that a create
 * that is repeated after a restart is the same create (I1).
 */
export function launchToken(secret: string, launchId: string): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(launchId).digest('base64url')
}

/** What the store keeps of a token. */
export function launchTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
