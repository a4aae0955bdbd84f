import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseUserRequest, type UserRequest, userRequests } from './user-requests.ts'

const granted = 'RBAC: allowed by RoleBinding "davit/ns" of Role "davit" to User "davit"'
const event = {
  verb: 'get',
  requestURI: '/api/v1/namespaces/ns/pods/a/log?follow=true',
  user: { username: 'davit' },
  objectRef: { resource: 'pods', subresource: 'log', namespace: 'ns', name: 'a', apiVersion: 'v1' },
  responseStatus: { code: 200 },
  annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': granted },
}
const line = (changes: object = {}) => JSON.stringify({ ...event, ...changes })

describe('parseUserRequest', () => {
  it('says what was asked, and which role allowed it', () => {
    expect(parseUserRequest(line(), 'davit')).toEqual({
      verb: 'get',
      resource: 'pods/log',
      namespace: 'ns',
      uri: event.requestURI,
      code: 200,
      isAllowed: true,
      grantedBy: granted,
    })
  })

  it('tells a role that is missing from a refusal that came later', () => {
    const refused = { responseStatus: { code: 403 } }
    const forbidden = { annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' } }
    expect(parseUserRequest(line(refused), 'davit')).toMatchObject({ code: 403, isAllowed: true })
    expect(parseUserRequest(line({ ...refused, ...forbidden }), 'davit')).toMatchObject({ isAllowed: false })
  })

  it('names the group of a resource, and no resource for another path', () => {
    const objectRef = { resource: 'deployments', apiGroup: 'apps' }
    expect(parseUserRequest(line({ objectRef }), 'davit')?.resource).toBe('apps/deployments')
    expect(parseUserRequest(line({ objectRef: undefined, requestURI: '/version' }), 'davit')).toMatchObject({
      resource: null,
      namespace: null,
    })
  })

  it('leaves out other users', () => {
    expect(parseUserRequest(line({ user: { username: 'admin' } }), 'davit')).toBeNull()
  })
})

describe('userRequests', () => {
  it('begins where it is told to', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'davit-user-requests-'))
    try {
      const file = join(folder, 'audit.log')
      const before = `${line({ verb: 'list' })}\n`
      await writeFile(file, `${before}${line({ user: { username: 'admin' } })}\n${line()}\n`)
      const verbs: string[] = []
      const read = async (requests: AsyncIterable<UserRequest>) => {
        for await (const { verb } of requests) verbs.push(verb)
        return verbs.splice(0)
      }
      expect(await read(userRequests(file, 'davit'))).toEqual(['list', 'get'])
      expect(await read(userRequests(file, 'davit', { fromByte: before.length }))).toEqual(['get'])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
