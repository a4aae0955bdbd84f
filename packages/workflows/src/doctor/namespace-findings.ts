import { isHidden, isMissing, wordsOf } from './asked.ts'
import { dryRunFindings, refusedFor } from './dry-run-findings.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { NamespaceFacts } from './namespace-facts.ts'
import { quotaFindings } from './quota-findings.ts'
import { pullSecretFindings, serviceAccountFindings } from './service-account-findings.ts'

/** What is to be said of a namespace. What the dry run says again is said once. */
export function namespaceFindings(facts: NamespaceFacts): readonly Finding[] {
  const existence = existenceFinding(facts)
  // The rest would say the same in other words.
  if (existence.level === 'problem') return [existence]
  const found = [existence, ...quotaFindings(facts), ...serviceAccountFindings(facts), ...pullSecretFindings(facts)]
  const told = new Set(found.filter(({ level }) => level !== 'ok').map(({ check }) => check))
  return [...found, ...dryRunFindings(facts).filter(({ check }) => check === 'template' || !told.has(check))]
}

const ENFORCED = 'pod-security.kubernetes.io/enforce'

function existenceFinding({ namespace, object, dryRun }: NamespaceFacts): Finding {
  if ('value' in object) {
    const { metadata, status } = object.value
    if (status?.phase === 'Terminating' || metadata?.deletionTimestamp) {
      const trouble = {
        what: `the namespace ${namespace} is being deleted`,
        why: 'nothing can be created in it: tasks stay queued as refused (namespace-terminating)',
        todo: `name another namespace; if it hangs: kubectl get namespace ${namespace} -o yaml tells what is left in it`,
      }
      return problem('namespace', trouble, namespace)
    }
    const level = metadata?.labels?.[ENFORCED]
    const security = level === undefined ? '' : `; Pod Security: ${level}`
    return ok('namespace', `the namespace ${namespace} is there${security}`, namespace)
  }
  if (isMissing(object)) {
    const trouble = {
      what: `there is no namespace ${namespace}`,
      why: 'tasks stay queued as refused (namespace-missing)',
      todo: `kubectl create namespace ${namespace}`,
    }
    return problem('namespace', trouble, namespace)
  }
  const cause = refusedFor(dryRun)
  const isProven = cause === null || !['rbac', 'namespace-missing', 'namespace-terminating', 'other'].includes(cause)
  if (isHidden(object) && isProven) {
    return ok('namespace', `the namespace ${namespace} takes pods (we may not look at it itself)`, namespace)
  }
  const trouble = {
    what: `the namespace ${namespace} was not looked at: ${wordsOf(object.error)}`,
    why: 'in a namespace that is not there, or is being deleted, nothing can be launched',
    todo: `look as somebody who may: kubectl get namespace ${namespace}`,
  }
  return warning('namespace', trouble, namespace)
}
