import { KubeApiError, type KubeClient, type Pod } from '@davit/executor'
import { expect, it } from 'vitest'
import { type CleanedPod, cleanupPods } from '../../src/pods/cleanup-pods.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')
const dayAgo = '2026-02-28T12:00:00Z'

const refusal = (httpStatus: number, reason: string) =>
  new KubeApiError({
    status: { kind: 'Status', apiVersion: 'v1', reason, message: reason },
    httpStatus,
    method: 'X',
    path: '/',
  })

function pod(name: string, metadata: object = {}): Pod {
  return {
    metadata: { namespace: 'n', name, uid: `uid-${name}`, creationTimestamp: dayAgo, ...metadata },
    spec: { containers: [], restartPolicy: 'Never' },
    status: { phase: 'Succeeded' },
  }
}

/** A server with pages of two, which records what it is asked. */
function server(pods: readonly Pod[], refusals: Readonly<Record<string, KubeApiError>> = {}, expiresOnce = false) {
  const asked: string[] = []
  let expired = !expiresOnce
  const verbs = {
    async list(namespace: string | null, options: { limit?: number; continue?: string; labelSelector?: string }) {
      const { limit, continue: token = '0', labelSelector } = options
      asked.push(`list ${namespace} ${limit} ${token} ${labelSelector}`)
      const at = Number(token)
      if (at > 0 && !expired) {
        expired = true
        throw refusal(410, 'Expired')
      }
      const next = at + 2 < pods.length ? { continue: String(at + 2) } : {}
      return { items: pods.slice(at, at + 2), resourceVersion: '1', ...next }
    },
    async delete(_: string, name: string, { uid }: { uid?: string }) {
      asked.push(`delete ${name} ${uid}`)
      const refused = refusals[name]
      if (refused) throw refused
    },
    async patch(_: string, name: string, { patch }: { patch: unknown }) {
      asked.push(`patch ${name} ${JSON.stringify(patch)}`)
    },
  }
  return { kube: { pods: verbs as unknown as KubeClient['pods'] }, asked }
}

async function all(cleaning: AsyncIterable<CleanedPod>): Promise<CleanedPod[]> {
  const cleaned: CleanedPod[] = []
  for await (const pod of cleaning) cleaned.push(pod)
  return cleaned
}

const rest = {
  namespaces: ['n'],
  deployment: undefined,
  dryRun: false,
  forgetOutcomes: false,
  nowMs,
  minPendingMinutes: 30,
  minCompletedMinutes: 1,
}
const selector = 'dag_id,task_id,try_number,airflow_version,davit-deployment'

it('cleanup-pods goes through pages of 500 and deletes each pod by its uid', async () => {
  const { kube, asked } = server([pod('a'), pod('b'), pod('c')])
  const cleaned = await all(cleanupPods({ ...rest, kube, deployment: 'mine' }))
  expect(cleaned.map(({ name, action }) => [name, action])).toEqual([
    ['a', 'deleted'],
    ['b', 'deleted'],
    ['c', 'deleted'],
  ])
  expect(asked).toEqual([
    `list n 500 0 ${selector}=mine`,
    'delete a uid-a',
    'delete b uid-b',
    `list n 500 2 ${selector}=mine`,
    'delete c uid-c',
  ])
})

it('begins again when the list has grown too old, and tells each pod once', async () => {
  const { kube, asked } = server([pod('a'), pod('b'), pod('c')], {}, true)
  const cleaned = await all(cleanupPods({ ...rest, kube }))
  expect(cleaned.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  expect(asked.filter((each) => each.startsWith('list')).map((each) => each.split(' ')[3])).toEqual([
    '0',
    '2',
    '0',
    '2',
  ])
})

it('tells what cannot be deleted, and goes on; what is gone is no trouble', async () => {
  const refusals = { a: refusal(403, 'Forbidden'), b: refusal(404, 'NotFound'), c: refusal(409, 'Conflict') }
  const { kube } = server([pod('a'), pod('b'), pod('c')], refusals)
  const cleaned = await all(cleanupPods({ ...rest, kube }))
  expect(cleaned.map(({ action, reason }) => [action, reason])).toEqual([
    ['failed', 'the API server answered 403 Forbidden to X /: Forbidden'],
    ['deleted', 'succeeded 24 h ago'],
    ['deleted', 'succeeded 24 h ago'],
  ])
})

it('changes nothing in a dry run, and says the same', async () => {
  const { kube, asked } = server([pod('a')])
  expect(await all(cleanupPods({ ...rest, kube, dryRun: true }))).toMatchObject([{ action: 'deleted' }])
  expect(asked.filter((each) => !each.startsWith('list'))).toEqual([])
})

it('takes the finalizer off only when it is told to forget outcomes, and only off what is to go', async () => {
  const finalizers = ['other/one', 'davit/outcome']
  const pods = [
    pod('ended', { finalizers }),
    pod('held', { finalizers, deletionTimestamp: dayAgo }),
    { ...pod('runs', { finalizers }), status: { phase: 'Running' } },
  ]
  const careful = server(pods)
  const [first] = await all(cleanupPods({ ...rest, kube: careful.kube }))
  expect(first?.reason).toBe('succeeded 24 h ago; it goes when its executor has recorded its end (davit/outcome)')
  expect(careful.asked.filter((each) => !each.startsWith('list'))).toEqual(['delete ended uid-ended'])

  const forgetful = server(pods)
  const cleaned = await all(cleanupPods({ ...rest, kube: forgetful.kube, forgetOutcomes: true }))
  expect(cleaned.map(({ name, action }) => [name, action])).toEqual([
    ['ended', 'deleted'],
    ['held', 'deleted'],
    ['runs', 'kept'],
  ])
  const patch = (name: string) =>
    `patch ${name} {"metadata":{"uid":"uid-${name}","$deleteFromPrimitiveList/finalizers":["davit/outcome"]}}`
  expect(forgetful.asked.filter((each) => !each.startsWith('list')).toSorted()).toEqual([
    'delete ended uid-ended',
    patch('ended'),
    patch('held'),
  ])
})
