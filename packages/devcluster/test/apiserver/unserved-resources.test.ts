import { expect, it } from 'vitest'
import { requestInfo } from '../../src/apiserver/http/request-info.ts'
import { unservedResource } from '../../src/apiserver/unserved-resources.ts'

const refusalOf = (path: string) => unservedResource(requestInfo('POST', path, false))?.message

it.for<readonly [path: string, name: string]>([
  ['/apis/apps/v1/namespaces/default/deployments', 'deployments.apps'],
  ['/apis/apps/v1/namespaces/default/deployments/x/scale', 'deployments.apps'],
  ['/apis/networking.k8s.io/v1/ingresses', 'ingresses.networking.k8s.io'],
  ['/api/v1/namespaces/default/services/x', 'services'],
  ['/api/v1/namespaces/default/pods/x/exec', 'pods/exec'],
])('says who has not %s', ([path, name]) => {
  expect(refusalOf(path)).toBe(`the server could not find the requested resource: the dev cluster has no ${name}`)
})

it.for([
  '/api/v1/nonsense',
  '/api/v1/namespaces/default/pods/x/nonsense',
  '/apis/events.k8s.io/v1/nonsense',
  '/apis/example.com/v1/things',
  '/apis/apps/v1',
])('says nothing of what Kubernetes has not either: %s', (path) => {
  expect(refusalOf(path)).toBeUndefined()
})
