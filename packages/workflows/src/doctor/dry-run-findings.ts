import { isRetriable, KubeApiError, refusalOf } from '@davit/executor'
import { wordsOf } from './asked.ts'
import { type CheckName, type Finding, ok, problem, warning } from './finding.ts'
import type { DryRun, NamespaceFacts } from './namespace-facts.ts'

/** Why a create was refused, by the executor's own table of refusals; null: it was not. `other`: it says nothing of the pod. */
export function refusedFor(dryRun: DryRun): string | null {
  if ('value' in dryRun) return null
  if (!(dryRun.error instanceof KubeApiError) || isRetriable(dryRun.error)) return 'other'
  return refusalOf(dryRun.error).cause
}

interface Told {
  readonly check: CheckName
  readonly isWarning?: boolean
  readonly why: string
  readonly todo: (namespace: string) => string
}

const FAILS = 'tasks fail as config: the same pod can never be created'
const TEMPLATE = 'change the pod template (--pod-template-file), or the rule that it runs into'

/** What a refusal means for tasks, by its cause. */
const BY_CAUSE: Readonly<Record<string, Told>> = {
  rbac: {
    check: 'template',
    isWarning: true,
    why: 'without the permission to create pods the template cannot be tried',
    todo: () => 'grant create pods, and ask again',
  },
  'namespace-missing': {
    check: 'namespace',
    why: 'tasks stay queued as refused (namespace-missing)',
    todo: (namespace) => `kubectl create namespace ${namespace}`,
  },
  'namespace-terminating': {
    check: 'namespace',
    why: 'tasks stay queued as refused (namespace-terminating)',
    todo: () => 'name another namespace',
  },
  quota: {
    check: 'quota',
    isWarning: true,
    why: 'tasks stay queued as refused (quota) until there is room, and fail as capacity after maxRefusalSeconds',
    todo: (namespace) => `wait for pods to end, or raise it: kubectl describe resourcequota -n ${namespace}`,
  },
  'quota-unknown': {
    check: 'quota',
    isWarning: true,
    why: 'until the quota is counted tasks stay queued as refused (quota-unknown)',
    todo: (namespace) =>
      `if it lasts, the controller manager has trouble: kubectl describe resourcequota -n ${namespace}`,
  },
  'quota-too-small': {
    check: 'quota',
    why: 'tasks fail as capacity: no wait makes room for such a pod',
    todo: (namespace) =>
      `ask for less in the pod template, or raise the quota: kubectl describe resourcequota -n ${namespace}`,
  },
  'service-account': {
    check: 'service account',
    why: 'tasks stay queued as refused (service-account), and fail after 60 s',
    todo: (namespace) => `kubectl create serviceaccount NAME -n ${namespace}, or name another in the pod template`,
  },
  other: {
    check: 'template',
    isWarning: true,
    why: 'a create that ends so is repeated, and tasks wait meanwhile',
    todo: () => 'ask again; if it lasts, look at the server and at its admission webhooks',
  },
}

/** Refusals of one cause that need different words. */
const BY_TEXT: readonly (readonly [text: RegExp, told: Told])[] = [
  [
    /failed quota: .*must specify/,
    {
      check: 'quota',
      why: 'the quota counts what the pod does not ask for, so that every such pod is refused: tasks fail as config',
      todo: () => 'set these requests and limits in the pod template, or give the namespace a LimitRange with defaults',
    },
  ],
  [
    /violates PodSecurity/,
    {
      check: 'template',
      why: FAILS,
      todo: (namespace) =>
        `set securityContext in the pod template as the message says, or lower the label pod-security.kubernetes.io/enforce of the namespace ${namespace}`,
    },
  ],
]

/** What came of the template's pod: refusals by quota, security, limits and webhooks, and what the server warns of. */
export function dryRunFindings({ dryRun, namespace }: NamespaceFacts): readonly Finding[] {
  if ('value' in dryRun) {
    const taken = ok('template', 'the server would take a pod of the template as it is (dry run)', namespace)
    if (dryRun.value.warnings.length === 0) return [taken]
    return dryRun.value.warnings.map((text) =>
      warning(
        'template',
        {
          what: `the server would take a pod of the template, and warns: ${text}`,
          why: 'what a server warns of does not do what its author thinks, or will be refused one day',
          todo: 'change the pod template (--pod-template-file)',
        },
        namespace,
      ),
    )
  }
  const words = wordsOf(dryRun.error)
  const told = BY_TEXT.find(([text]) => text.test(words))?.[1] ?? BY_CAUSE[refusedFor(dryRun) ?? 'other']
  const { check, isWarning, why, todo } = told ?? {
    check: 'template',
    isWarning: false,
    why: FAILS,
    todo: () => TEMPLATE,
  }
  const trouble = { what: `the server refuses a pod of the template (dry run): ${words}`, why, todo: todo(namespace) }
  return [(isWarning ? warning : problem)(check, trouble, namespace)]
}
