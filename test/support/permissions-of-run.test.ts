import { requiredPermissions } from '@davit/executor'
import { expect, it } from 'vitest'
import { grantText } from './executor-role.ts'
import { permissionsOfRun } from './permissions-of-run.ts'

const requests = (grants: readonly string[]) =>
  grants.map((grant) => {
    const [verb = '', resource = ''] = grant.split(' ')
    return { verb, resource: resource === '' ? null : resource }
  })

const listed = requiredPermissions.map(grantText)

it('finds nothing where the table and the requests are the same', () => {
  const everyones = ['get', 'create authorization.k8s.io/selfsubjectaccessreviews']
  expect(permissionsOfRun(requests([...listed, ...listed, ...everyones]))).toEqual({ superfluous: [], missing: [] })
})

it('finds what the table has and nothing asked for, and what it lacks', () => {
  expect(permissionsOfRun(requests([...listed.slice(1), 'get nodes', 'list apps/deployments']))).toEqual({
    superfluous: listed.slice(0, 1),
    missing: ['get nodes', 'list apps/deployments'],
  })
})
