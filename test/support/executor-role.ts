import { readFile } from 'node:fs/promises'
import type { RequiredPermission } from '@davit/executor'
import { parse } from 'yaml'
import { eventually } from './eventually.ts'
import type { RawApi } from './raw-api.ts'

/** A Role of `rbac.authorization.k8s.io`, as far as we write one. */
export interface Role {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly rules: readonly {
    readonly apiGroups: readonly string[]
    readonly resources: readonly string[]
    readonly verbs: readonly string[]
  }[]
}

/** The role that `docs/operations.md` gives to users. */
export async function executorRole(): Promise<Role> {
  return parse(await readFile(new URL('../../deploy/role.yaml', import.meta.url), 'utf8')) as Role
}

/** What a role allows, one text for each verb on each resource: `create pods`, `get pods/log`. */
export function grantsOf({ rules }: Pick<Role, 'rules'>): readonly string[] {
  return rules.flatMap(({ apiGroups, resources, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group === '' ? '' : `${group}/`}${resource}`)),
    ),
  )
}

/** A permission of the executor's own table, in the same words. */
export function grantText({ verb, group, resource, subresource }: RequiredPermission): string {
  return `${verb} ${group === '' ? '' : `${group}/`}${resource}${subresource === undefined ? '' : `/${subresource}`}`
}

/** The same role under another name, without one of what it allows. */
export function roleWithout({ rules, ...role }: Role, name: string, grant: string): Role {
  const [verb = '', resource = ''] = grant.split(' ')
  return {
    ...role,
    metadata: { name },
    rules: rules
      .map((rule) =>
        rule.resources.includes(resource) ? { ...rule, verbs: rule.verbs.filter((v) => v !== verb) } : rule,
      )
      .filter(({ verbs }) => verbs.length > 0),
  }
}

/** Whom a role is bound to. */
export type RoleSubject =
  | { readonly kind: 'User'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly name: string; readonly namespace: string }

/** Grants a role in a namespace, or a cluster role (`namespace` null) everywhere, and waits until the authorizer knows of it. */
export async function grantRole(
  api: RawApi,
  namespace: string | null,
  role: Role,
  subject: RoleSubject,
): Promise<void> {
  const { kind } = role
  await created(api, rbacPath(namespace, `${kind.toLowerCase()}s`), role)
  await created(api, rbacPath(namespace, `${kind.toLowerCase()}bindings`), {
    metadata: { name: role.metadata.name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind, name: role.metadata.name },
    subjects: [subject],
  })
  const [verb, path] = grantsOf(role).at(-1)?.split(' ') ?? []
  const [resource, subresource] = path?.split('/') ?? []
  const user = subject.kind === 'User' ? subject.name : `system:serviceaccount:${subject.namespace}:${subject.name}`
  const where = namespace === null ? {} : { namespace }
  const review = { spec: { user, resourceAttributes: { ...where, verb, resource, subresource } } }
  const reviews = '/apis/authorization.k8s.io/v1/subjectaccessreviews'
  await eventually(async () => (await api.post<{ status: { allowed: boolean } }>(reviews, review)).body.status.allowed)
}

/** The path of roles and their bindings, of a namespace or (null) of the cluster, and what follows it. */
export function rbacPath(namespace: string | null, ...rest: readonly string[]): string {
  const scope = namespace === null ? [] : ['namespaces', namespace]
  return ['/apis/rbac.authorization.k8s.io/v1', ...scope, ...rest].join('/')
}

async function created(api: RawApi, path: string, body: unknown): Promise<void> {
  const { status, text } = await api.post(path, body)
  if (status !== 201) throw new Error(`${path} was refused: ${text}`)
}
