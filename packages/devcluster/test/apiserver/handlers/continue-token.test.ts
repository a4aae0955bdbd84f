import { expect, it } from 'vitest'
import { decodeContinueToken, encodeContinueToken } from '../../../src/apiserver/handlers/continue-token.ts'

const token = (content: object) => Buffer.from(JSON.stringify(content)).toString('base64url')

it('is read as it was written, in the form of Kubernetes', () => {
  const written = encodeContinueToken({ revision: 7, start: 'a/b\u0000' })
  expect(JSON.parse(Buffer.from(written, 'base64url').toString())).toEqual({
    v: 'meta.k8s.io/v1',
    rv: 7,
    start: '/a/b\u0000',
  })
  expect(decodeContinueToken(written)).toEqual({ revision: 7, start: 'a/b\u0000' })
})

it('begins without a slash where there is no watch cache', () => {
  const written = encodeContinueToken({ revision: 7, start: 'a\u0000' }, true)
  expect(JSON.parse(Buffer.from(written, 'base64url').toString()).start).toBe('a\u0000')
  expect(decodeContinueToken(written)).toEqual({ revision: 7, start: 'a\u0000' })
})

it.for<readonly [string, string]>([
  ['foo', "invalid character '~' looking for beginning of value"],
  [token({ v: 'meta.k8s.io/v2', rv: 1, start: '/a' }), 'server does not recognize this encoded version meta.k8s.io/v2'],
  [
    token({ v: 'meta.k8s.io/v1', rv: 0, start: '/a' }),
    'incorrect encoded start resourceVersion (version meta.k8s.io/v1)',
  ],
  [token({ v: 'meta.k8s.io/v1', rv: 1, start: '' }), 'encoded start key empty (version meta.k8s.io/v1)'],
])('refuses %s', ([text, message]) => {
  expect(() => decodeContinueToken(text)).toThrow(`invalid continue token: continue key is not valid: ${message}`)
})
