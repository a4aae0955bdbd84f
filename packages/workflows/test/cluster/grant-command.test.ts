import { requiredPermissions } from '@davit/executor'
import { expect, it } from 'vitest'
import { byResource, grantCommand } from '../../src/cluster/grant-command.ts'

const missing = (texts: readonly string[], namespace: string | null) =>
  requiredPermissions
    .filter(({ verb, resource, subresource = '' }) => texts.includes(`${verb} ${resource}/${subresource}`))
    .map((permission) => ({ permission, namespace, isAllowed: false }))

it.each([
  [
    'jane',
    'team-a',
    'kubectl create role davit-create-patch-pods -n team-a --verb=create,patch --resource=pods && kubectl create rolebinding davit-create-patch-pods -n team-a --role=davit-create-patch-pods --user=jane',
  ],
  [
    'system:serviceaccount:workflows:davit',
    null,
    'kubectl create clusterrole davit-create-patch-pods --verb=create,patch --resource=pods && kubectl create clusterrolebinding davit-create-patch-pods --clusterrole=davit-create-patch-pods --serviceaccount=workflows:davit',
  ],
  [
    "o'neil; rm -rf",
    'n',
    "kubectl create role davit-create-patch-pods -n n --verb=create,patch --resource=pods && kubectl create rolebinding davit-create-patch-pods -n n --role=davit-create-patch-pods --user='o'\\''neil; rm -rf'",
  ],
])('grants %s what is missing in %s by one line', (user, namespace, command) => {
  expect(grantCommand(missing(['create pods/', 'patch pods/'], namespace), user)).toBe(command)
})

it('needs a command for each resource of each namespace', () => {
  const reviews = ['a', 'b'].flatMap((namespace) => missing(['create pods/', 'get pods/log', 'list pods/'], namespace))
  expect(byResource(reviews).map((group) => group.map(({ permission: { verb } }) => verb))).toEqual([
    ['create', 'list'],
    ['get'],
    ['create', 'list'],
    ['get'],
  ])
  expect(grantCommand(missing(['get pods/log'], 'a'), null)).toBe(
    'kubectl create role davit-get-pods-log -n a --verb=get --resource=pods/log && kubectl create rolebinding davit-get-pods-log -n a --role=davit-get-pods-log --user=NAME',
  )
})
