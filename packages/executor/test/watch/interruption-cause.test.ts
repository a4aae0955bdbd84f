import { expect, it } from 'vitest'
import { interruptionCause } from '../../src/watch/interruption-cause.ts'
import { broken, refused } from '../support/scripted-pods.ts'

it.each([
  [broken('dns'), 'dns'],
  [broken('silence'), 'silence'],
  [refused(410, 'Expired'), 'expired'],
  [refused(504, 'Timeout', { message: 'Too large resource version: 9, current: 1' }), 'version-too-large'],
  [refused(401, 'Unauthorized'), 'unauthorized'],
  [refused(403, 'Forbidden'), 'rbac'],
  [refused(429, 'TooManyRequests'), 'too-many-requests'],
  [refused(503, 'ServiceUnavailable'), 'unavailable'],
  [refused(500, 'InternalError'), 'server-error'],
  [refused(404, 'NotFound'), 'refused-404'],
  [new TypeError('oh'), 'unexpected'],
])('%s: %s', (error, cause) => {
  expect(interruptionCause(error)).toBe(cause)
})
