import { describe, expect, it } from 'vitest'
import { hasToken, refuseImpersonation } from '../../src/apiserver/authentication.ts'

const TOKEN = Buffer.from('secret')

describe('hasToken', () => {
  it.for(['Bearer secret', 'bearer secret', ' Bearer secret more'])('takes %j', (authorization) => {
    expect(hasToken({ authorization }, TOKEN)).toBe(true)
  })

  it.for(['Bearer wrong', 'Bearer secret1'])('refuses %j', (authorization) => {
    expect(() => hasToken({ authorization }, TOKEN)).toThrow(expect.objectContaining({ code: 401 }))
  })

  it.for([undefined, '', 'Bearer', 'Bearer ', 'Bearer  secret', 'Basic eDp5', 'secret'])(
    'sees nobody in %j',
    (given) => {
      expect(hasToken(given === undefined ? {} : { authorization: given }, TOKEN)).toBe(false)
    },
  )
})

describe('refuseImpersonation', () => {
  it('lets nobody act as another', () => {
    expect(() => refuseImpersonation({ 'impersonate-user': 'x' })).toThrow(expect.objectContaining({ code: 403 }))
    expect(() => refuseImpersonation({ 'impersonate-group': 'x' })).toThrow(expect.objectContaining({ code: 400 }))
    expect(() => refuseImpersonation({ 'impersonate-user': '', 'impersonate-extra-x': '' })).not.toThrow()
  })
})
