import { KubeApiError, type KubeClient, requiredPermissions } from '@davit/executor'
import { expect, it } from 'vitest'
import { requirePermissions } from '../../src/run/require-permissions.ts'

/** A server that allows what is asked for, but the verbs that it denies. */
function server(answer: (verb: string) => boolean): Pick<KubeClient, 'resources'> {
  const create = async (path: { resource: string }, review: { spec?: { resourceAttributes: { verb: string } } }) => ({
    object:
      path.resource === 'selfsubjectreviews'
        ? { status: { userInfo: { username: 'jane' } } }
        : { status: { allowed: answer(review.spec?.resourceAttributes.verb ?? '') } },
    warnings: [],
  })
  return { resources: { create } as unknown as KubeClient['resources'] }
}

it('lets a run go on that may do everything, without a word', async () => {
  const said: string[] = []
  await requirePermissions(
    server(() => true),
    ['a'],
    { file: 'f', say: (line) => said.push(line) },
  )
  expect(said).toEqual([])
})

it('refuses a run with every permission that is missing, in each namespace', async () => {
  const running = requirePermissions(
    server((verb) => verb !== 'watch'),
    ['a', null],
    { file: 'f', say: () => {} },
  )
  await expect(running).rejects.toMatchObject({
    code: 'PERMISSION_MISSING',
    message: 'cannot run f: the cluster does not allow it',
    problems: [
      { message: 'User "jane" cannot watch pods in the namespace a: as without list' },
      { message: 'User "jane" cannot watch pods in all namespaces: as without list' },
    ],
  })
})

it('goes on where the server does not answer the question', async () => {
  const said: string[] = []
  const refuses = server(() => {
    const status = { kind: 'Status', apiVersion: 'v1', message: 'no reviews here' } as const
    throw new KubeApiError({ status, httpStatus: 403, method: 'POST', path: '/reviews' })
  })
  await requirePermissions(refuses, ['a'], { file: 'f', say: (line) => said.push(line) })
  expect(said).toEqual([
    expect.stringMatching(/^warning: the permissions are not checked before the run: .*no reviews here/),
  ])
})

it('only warns of what a run can do without', async () => {
  const optional = requiredPermissions.filter(({ isNeeded }) => !isNeeded)
  const said: string[] = []
  const needed = new Set(requiredPermissions.filter(({ isNeeded }) => isNeeded).map(({ resource }) => resource))
  const create = async (_: object, { spec }: { spec?: { resourceAttributes: { resource: string } } }) => ({
    object: { status: { allowed: needed.has(spec?.resourceAttributes.resource ?? '') } },
    warnings: [],
  })
  const kube = { resources: { create } as unknown as KubeClient['resources'] }
  await requirePermissions(kube, ['a'], { file: 'f', say: (line) => said.push(line) })
  expect(said).toHaveLength(optional.length)
})
