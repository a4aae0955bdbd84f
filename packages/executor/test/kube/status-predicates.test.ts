import { describe, expect, it } from 'vitest'
import { answerStatus } from '../../src/kube/answer-status.ts'
import { failedRequest } from '../../src/kube/connection-error.ts'
import { KubeApiError, type KubeConnectionErrorKind } from '../../src/kube/kube-errors.ts'
import * as predicates from '../../src/kube/status-predicates.ts'
import type { Status } from '../../src/kube/types.ts'
import { statusBody } from '../support/wire-server.ts'

const { isAmbiguous, isRetriable, isTooLargeResourceVersion, retryAfterMs } = predicates

function refusal(code: number, status: unknown): KubeApiError {
  return new KubeApiError({
    status: answerStatus(code, typeof status === 'string' ? status : JSON.stringify(status)),
    httpStatus: code,
    method: 'POST',
    path: '/api/v1/namespaces/default/pods',
  })
}

function broken(kind: KubeConnectionErrorKind) {
  return failedRequest({ server: 'https://here:6443', method: 'POST', path: '/api' }, kind, 'gone')
}

const KINDS = {
  isNotFound: predicates.isNotFound,
  isAlreadyExists: predicates.isAlreadyExists,
  isConflict: predicates.isConflict,
  isExpired: predicates.isExpired,
  isUnauthorized: predicates.isUnauthorized,
  isForbidden: predicates.isForbidden,
  isInvalid: predicates.isInvalid,
  isBadRequest: predicates.isBadRequest,
  isRequestTooLarge: predicates.isRequestTooLarge,
  isTooManyRequests: predicates.isTooManyRequests,
  isServerTimeout: predicates.isServerTimeout,
  isInternalError: predicates.isInternalError,
  isServiceUnavailable: predicates.isServiceUnavailable,
}

describe('predicates of a refusal', () => {
  it.each([
    [404, 'NotFound', 'isNotFound'],
    [409, 'AlreadyExists', 'isAlreadyExists'],
    [409, 'Conflict', 'isConflict'],
    [410, 'Expired', 'isExpired'],
    [410, 'Gone', 'isExpired'],
    [401, 'Unauthorized', 'isUnauthorized'],
    [403, 'Forbidden', 'isForbidden'],
    [422, 'Invalid', 'isInvalid'],
    [400, 'BadRequest', 'isBadRequest'],
    [413, 'RequestEntityTooLarge', 'isRequestTooLarge'],
    [429, 'TooManyRequests', 'isTooManyRequests'],
    [500, 'ServerTimeout', 'isServerTimeout'],
    [504, 'Timeout', 'isServerTimeout'],
    [500, 'InternalError', 'isInternalError'],
    [503, 'ServiceUnavailable', 'isServiceUnavailable'],
  ])('HTTP %i with the reason %s is %s and nothing else', (code, reason, expected) => {
    const error = refusal(code, statusBody(code, reason, 'no'))
    expect(
      Object.entries(KINDS)
        .filter(([, is]) => is(error))
        .map(([name]) => name),
    ).toEqual([expected])
  })

  it.each([
    [404, 'isNotFound'],
    [409, 'isConflict'],
    [410, 'isExpired'],
    [429, 'isTooManyRequests'],
    [500, 'isInternalError'],
    [502, 'isServiceUnavailable'],
    [503, 'isServiceUnavailable'],
    [504, 'isServerTimeout'],
  ])('HTTP %i with a page of HTML is %s and nothing else', (code, expected) => {
    const error = refusal(code, '<html><body>no</body></html>')
    expect(
      Object.entries(KINDS)
        .filter(([, is]) => is(error))
        .map(([name]) => name),
    ).toEqual([expected])
  })

  it('takes the reason for more than the code: a deadline that an internal error hides is a server timeout', () => {
    expect(predicates.isInternalError(refusal(500, statusBody(500, 'ServerTimeout', 'try again')))).toBe(false)
  })

  it('is false for other errors', () => {
    for (const error of [new Error('no'), undefined, broken('reset'), { status: { reason: 'NotFound' } }]) {
      for (const is of Object.values(KINDS)) expect(is(error)).toBe(false)
    }
  })
})

describe('isTooLargeResourceVersion', () => {
  // As kube-apiserver 1.36 answers a list from the future.
  const message = 'Timeout: Too large resource version: 1001152, current: 1153'
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }]

  it('goes by the cause, or by the message where there is none', () => {
    const full = statusBody(504, 'Timeout', message, { causes, retryAfterSeconds: 1 })
    expect(isTooLargeResourceVersion(refusal(504, full))).toBe(true)
    expect(isTooLargeResourceVersion(refusal(504, statusBody(504, 'Timeout', message)))).toBe(true)
    expect(isTooLargeResourceVersion(refusal(504, statusBody(504, 'Timeout', 'etcd is slow')))).toBe(false)
  })
})

describe('isRetriable and isAmbiguous', () => {
  it.each([
    [400, false, false],
    [401, false, false],
    [403, false, false],
    [404, false, false],
    [408, true, false],
    [409, false, false],
    [422, false, false],
    [429, true, false],
    [500, true, true],
    [503, true, true],
    [504, true, true],
  ])('HTTP %i: retriable %s, ambiguous %s', (code, retriable, ambiguous) => {
    const error = refusal(code, '')
    expect([isRetriable(error), isAmbiguous(error)]).toEqual([retriable, ambiguous])
  })

  it.each([
    ['dns', true, false],
    ['refused', true, false],
    ['unreachable', true, false],
    ['tls', false, false],
    ['credentials', true, false],
    ['reset', true, true],
    ['timeout', true, true],
    ['silence', true, true],
    ['protocol', true, true],
    ['aborted', false, true],
  ] as const)('a connection error of kind %s: retriable %s, ambiguous %s', (kind, retriable, ambiguous) => {
    expect([isRetriable(broken(kind)), isAmbiguous(broken(kind))]).toEqual([retriable, ambiguous])
  })
})

describe('retryAfterMs', () => {
  it('prefers the header to the details', () => {
    const status = statusBody(429, 'TooManyRequests', 'slow down', { retryAfterSeconds: 3 }) as Status
    const fields = { status, httpStatus: 429, method: 'GET', path: '/' }
    expect(retryAfterMs(new KubeApiError(fields))).toBe(3_000)
    expect(retryAfterMs(new KubeApiError({ ...fields, retryAfterMs: 10_000 }))).toBe(10_000)
    expect(retryAfterMs(refusal(429, ''))).toBeUndefined()
    expect(retryAfterMs(broken('reset'))).toBeUndefined()
  })
})
