import { describe, expect, it } from 'vitest'
import { requestInfo } from '../../../src/apiserver/http/request-info.ts'

describe('requestInfo', () => {
  it.for<readonly [string, string, string]>([
    ['GET', '/api/v1/pods', 'list pods in all'],
    ['GET', '/api/v1/namespaces/n/pods', 'list pods in n'],
    ['GET', '/api/v1/namespaces/n/pods/p', 'get pods in n p'],
    ['GET', '/api/v1/namespaces/n/pods/p/log', 'get pods/log in n p'],
    ['POST', '/api/v1/namespaces/n/pods', 'create pods in n'],
    ['POST', '/api/v1/namespaces/n/pods/p/binding', 'create pods/binding in n p'],
    ['PUT', '/api/v1/namespaces/n/pods/p/status', 'update pods/status in n p'],
    ['PATCH', '/api/v1/namespaces/n/pods/p', 'patch pods in n p'],
    ['DELETE', '/api/v1/namespaces/n/pods', 'deletecollection pods in n'],
    ['DELETE', '/api/v1/namespaces/n', 'delete namespaces in n n'],
    ['PUT', '/api/v1/namespaces/n/finalize', 'update namespaces/finalize in n n'],
    ['GET', '/api/v1/nodes/x', 'get nodes in all x'],
    ['GET', '/apis/events.k8s.io/v1/namespaces/n/events', 'list events.events.k8s.io in n'],
    ['GET', '/api/v1/watch/namespaces/n/pods', 'watch pods in n'],
    ['GET', '/api/v1/watch/namespaces/n/pods/p', 'watch pods in n p'],
    ['GET', '/api/v1', 'get  in all'],
    ['GET', '/version', 'get  in all'],
  ])('%s %s is %s', ([method, path, text]) => {
    const info = requestInfo(method, path, false)
    const resource = `${info.resource}${info.subresource && `/${info.subresource}`}${info.group && info.resource && `.${info.group}`}`
    expect(`${info.verb} ${resource} in ${info.namespace || 'all'}${info.name && ` ${info.name}`}`).toBe(text)
  })

  it('knows a watch by its query', () => {
    expect(requestInfo('GET', '/api/v1/pods', true).verb).toBe('watch')
    expect(requestInfo('GET', '/api/v1/namespaces/n/pods/p', true).verb).toBe('get')
  })
})
