import { describe, expect, it } from 'vitest'
import { answerStatus } from '../../src/kube/answer-status.ts'
import { recordedProtobuf } from '../support/recorded-answer.ts'

describe('answerStatus', () => {
  it('gives back a Status untouched, with fields that we do not know', () => {
    const body = {
      kind: 'Status',
      apiVersion: 'v1',
      code: 409,
      reason: 'Conflict',
      message: 'x',
      details: { uid: 'u' },
      new: 1,
    }
    expect(answerStatus(409, JSON.stringify(body))).toEqual(body)
  })

  it.each([
    [404, '', 'NotFound', ''],
    [
      503,
      '<html><head><style>a{}</style></head><body><h1>503</h1><p>Service\n Unavailable</p></body></html>',
      'ServiceUnavailable',
      '503 Service Unavailable',
    ],
    [502, '<!DOCTYPE html><html>Bad <b>Gateway</b></html>', undefined, 'Bad Gateway'],
    [401, '{"error": "invalid token"}', 'Unauthorized', '{"error": "invalid token"}'],
    [
      429,
      'Too many requests, please try again later.',
      'TooManyRequests',
      'Too many requests, please try again later.',
    ],
    [400, 'null', 'BadRequest', 'null'],
    [500, '{"kind":"Stat', 'InternalError', '{"kind":"Stat'],
    [410, '[]', 'Gone', '[]'],
  ])('makes a Status of HTTP %i with the body %j', (code, body, reason, message) => {
    const status = answerStatus(code, body)
    expect(status).toMatchObject({ kind: 'Status', status: 'Failure', code, message })
    expect(status.reason).toBe(reason)
  })

  it('says of protobuf that is no Status how much of it there was', () => {
    for (const body of [Buffer.from('k8s\0'), recordedProtobuf('metadata')]) {
      expect(answerStatus(500, body)).toMatchObject({
        reason: 'InternalError',
        message: `${body.length} bytes of protobuf that are no Status`,
      })
    }
  })
})
