/** One thing that the executor asks of the API server, and why. Texts are plain, for people. */
export interface RequiredPermission {
  readonly verb: string
  /** The API group; empty: the core one. */
  readonly group: string
  readonly resource: string
  /** `log` of `pods/log`; absent: the resource itself. */
  readonly subresource?: string
  readonly neededFor: string
  /** What happens while it is refused. */
  readonly without: string
  /** False: the executor does its work without it, and says less. */
  readonly isNeeded: boolean
}

const pods = { group: '', resource: 'pods', isNeeded: true } as const

/**
 * Everything that the executor asks for in the namespaces that it watches, and nothing else: `docs/operations.md`,
 * `deploy/role.yaml` and `davit doctor` have the same, and the audit log of the suites is held against it.
 */
export const requiredPermissions: readonly RequiredPermission[] = [
  {
    ...pods,
    verb: 'create',
    neededFor: 'launching',
    without: 'tasks stay queued as refused (rbac), and fail as config after maxRefusalSeconds',
  },
  {
    ...pods,
    verb: 'get',
    neededFor:
      'a create whose answer was lost: is the pod of that name ours? A pod that left the watch: adopted by another, or gone?',
    without: 'such a task stays queued, or running',
  },
  {
    ...pods,
    verb: 'list',
    neededFor: 'the start of each watch, adoption, cleaning up, finding the pod of a log',
    without: 'tasks stay queued: their pods run, and nobody sees it',
  },
  { ...pods, verb: 'watch', neededFor: 'seeing pods start and end', without: 'as without list' },
  {
    ...pods,
    verb: 'patch',
    neededFor:
      'labels: whose a pod is (adoption), that it is done with (failed pods are kept), that it was revoked; taking our finalizer and our scheduling gate off',
    without:
      'pods of an executor that died are not adopted; ended pods with our finalizer are left on the cluster, pods with our gate do not start',
  },
  {
    ...pods,
    verb: 'delete',
    neededFor: 'taking away pods that have ended, were revoked, or are replaced by another launch',
    without: 'pods are left on the cluster',
  },
  { ...pods, subresource: 'log', verb: 'get', neededFor: 'the logs of tasks', without: 'no logs' },
  {
    group: '',
    resource: 'events',
    verb: 'list',
    neededFor:
      'why a pod does not start, or was taken away, where the pod itself does not say: volumes, sandboxes, images',
    without: 'waitingReason and failures say less, and that this permission is missing',
    isNeeded: false,
  },
  {
    group: '',
    resource: 'resourcequotas',
    verb: 'watch',
    neededFor: 'seeing when a quota that is used up has room again',
    without: 'room in a used-up quota is found by trial: later, and with more creates in vain',
    isNeeded: false,
  },
]
