import { type Pod, parseQuantity } from '@davit/executor'
import type { ResourceQuota } from 'kubernetes-types/core/v1.d.ts'
import { isHidden, wordsOf } from './asked.ts'
import { refusedFor } from './dry-run-findings.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { NamespaceFacts } from './namespace-facts.ts'

type Amounts = Readonly<Record<string, string>>

/** What each quota of the namespace leaves for pods of the template. */
export function quotaFindings({ quotas, dryRun, pod, namespace }: NamespaceFacts): readonly Finding[] {
  if ('value' in quotas) {
    // The server fills in what a LimitRange sets.
    const sent = 'value' in dryRun ? dryRun.value.object : pod
    if (quotas.value.length === 0) return [ok('quota', 'no resource quota', namespace)]
    return quotas.value.map((quota) => quotaFinding(quota, needsOf(sent), namespace))
  }
  if (isHidden(quotas) && refusedFor(dryRun) === null) {
    return [
      ok('quota', 'there is room for one pod of the template at least (we may not list resourcequotas)', namespace),
    ]
  }
  const trouble = {
    what: `resource quotas were not looked at: ${wordsOf(quotas.error)}`,
    why: 'when a quota is used up, tasks stay queued as refused (quota)',
    todo: `look as somebody who may: kubectl describe resourcequota -n ${namespace}`,
  }
  return [warning('quota', trouble, namespace)]
}

function quotaFinding(quota: ResourceQuota, needs: ReadonlyMap<string, number>, namespace: string): Finding {
  const name = quota.metadata?.name ?? ''
  const hard: Amounts = quota.status?.hard ?? quota.spec?.hard ?? {}
  const used: Amounts = quota.status?.used ?? {}
  const usage = Object.entries(hard).map(([resource, limit]) => `${resource} ${used[resource] ?? '?'} of ${limit} used`)
  const told = `quota ${name}: ${usage.join(', ') || 'no limits'}`
  // Which pods a scope means is for the server to say, and the dry run has asked it.
  if ((quota.spec?.scopes ?? []).length > 0 || quota.spec?.scopeSelector) {
    return ok(
      'quota',
      `${told}; only for some pods (${(quota.spec?.scopes ?? ['scopeSelector']).join(', ')})`,
      namespace,
    )
  }
  const todo = `kubectl describe resourcequota ${name} -n ${namespace}; raise it, or ask for less in the pod template`
  const rooms = Object.entries(hard).flatMap(([resource, limit]) => {
    const need = needs.get(resource) ?? 0
    if (need === 0) return []
    const room = Math.floor((parseQuantity(limit) - parseQuantity(used[resource] ?? '0')) / need + 1e-9)
    return [{ resource, limit: parseQuantity(limit), need, room: Math.max(0, room) }]
  })
  const never = rooms.find(({ limit, need }) => need > limit)
  if (never) {
    const why = `a pod of the template asks for more ${never.resource} than the quota allows at all: tasks fail as capacity`
    return problem('quota', { what: told, why, todo }, namespace)
  }
  const least = rooms.toSorted((a, b) => a.room - b.room)[0]
  if (least === undefined) return ok('quota', told, namespace)
  if (least.room === 0) {
    const why = `${least.resource} is used up: tasks stay queued as refused (quota) until there is room`
    return warning('quota', { what: told, why, todo }, namespace)
  }
  const pods = least.room === 1 ? '1 more pod' : `${least.room} more pods`
  return ok('quota', `${told}; room for ${pods} of the template`, namespace)
}

/** What one pod takes of each counted resource. A limit without a request is a request too. */
function needsOf({ spec }: Pod): ReadonlyMap<string, number> {
  const needs = new Map([
    ['pods', 1],
    ['count/pods', 1],
  ])
  const containers = spec?.containers ?? []
  const inits = spec?.initContainers ?? []
  const names = [...containers, ...inits].flatMap(({ resources }) => [
    ...Object.keys(resources?.requests ?? {}),
    ...Object.keys(resources?.limits ?? {}),
  ])
  for (const name of new Set(names)) {
    const amount = (kind: 'requests' | 'limits', { resources }: (typeof containers)[number]) =>
      parseQuantity(resources?.[kind]?.[name] ?? (kind === 'requests' ? resources?.limits?.[name] : undefined) ?? '0')
    for (const kind of ['requests', 'limits'] as const) {
      const together = containers.reduce((sum, each) => sum + amount(kind, each), 0)
      const need = Math.max(together, ...inits.map((each) => amount(kind, each)))
      needs.set(`${kind}.${name}`, need)
      if (kind === 'requests') needs.set(name, need)
    }
  }
  return needs
}
