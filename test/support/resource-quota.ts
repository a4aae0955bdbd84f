import type { ResourceQuota } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { inNamespace, withQuery } from './api-paths.ts'
import { eventually } from './eventually.ts'
import type { RawApi } from './raw-api.ts'

/** Amounts of resources by name, as a quota has them. */
export type Amounts = Readonly<Record<string, string>>

/** The resource quotas of a namespace, or one of them. */
export function quotaPath(namespace: string, ...rest: readonly string[]): string {
  return inNamespace(namespace, 'resourcequotas', ...rest)
}

/** What a quota has counted; undefined before it has. */
export async function usedOf(api: RawApi, namespace: string, name = 'q'): Promise<Amounts | undefined> {
  return (await api.get<ResourceQuota>(quotaPath(namespace, name))).body.status?.used
}

/** Creates a quota, and waits until it counts. */
export async function createQuota(api: RawApi, namespace: string, hard: Amounts, more: object = {}, name = 'q') {
  const answer = await api.post<ResourceQuota>(quotaPath(namespace), { metadata: { name }, spec: { hard, ...more } })
  expect(answer.status, answer.text).toBe(201)
  await eventually(async () => (await usedOf(api, namespace, name)) !== undefined)
}

/** The same, and waits until creates are held against it: admission hears of quotas in their order, so a later one tells. */
export async function enforceQuota(api: RawApi, namespace: string, hard: Amounts, more: object = {}) {
  await createQuota(api, namespace, hard, more)
  await createQuota(api, namespace, { 'count/serviceaccounts': '0' }, {}, 'later')
  const account = withQuery(inNamespace(namespace, 'serviceaccounts'), { dryRun: 'All' })
  await eventually(async () => (await api.post(account, { metadata: { name: 'a' } })).status === 403)
}
