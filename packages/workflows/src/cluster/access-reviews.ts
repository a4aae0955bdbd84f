import { type KubeClient, type RequiredPermission, requiredPermissions } from '@davit/executor'

/** The server's word on one permission in one namespace. */
export interface AccessReview {
  readonly permission: RequiredPermission
  /** Null: in all namespaces. */
  readonly namespace: string | null
  readonly isAllowed: boolean
}

/** The namespaces that permissions are needed in; null: everywhere. Airflow: `multi_namespace_mode`. */
export function permissionScopes(config: {
  readonly namespace: string
  readonly multiNamespaceMode?: boolean | undefined
  readonly multiNamespaceModeNamespaceList?: readonly string[] | undefined
}): readonly (string | null)[] {
  if (!config.multiNamespaceMode) return [config.namespace]
  const list = config.multiNamespaceModeNamespaceList ?? []
  return list.length === 0 ? [null] : [...new Set(list)]
}

/**
 * Asks the server for each permission in each namespace, by SelfSubjectAccessReview, which Kubernetes allows everyone.
 * Rejects with the server's error where it does not.
 */
export function reviewAccess(
  kube: Pick<KubeClient, 'resources'>,
  namespaces: readonly (string | null)[],
): Promise<readonly AccessReview[]> {
  const path = { group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }
  const questions = namespaces.flatMap((namespace) =>
    requiredPermissions.map((permission) => ({ permission, namespace })),
  )
  return Promise.all(
    questions.map(async ({ permission, namespace }) => {
      const { verb, group, resource, subresource } = permission
      const resourceAttributes = { verb, group, resource, subresource, ...(namespace !== null && { namespace }) }
      const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' }
      const { object } = await kube.resources.create<{ status?: { allowed?: boolean } }>(path, {
        ...review,
        spec: { resourceAttributes },
      })
      return { permission, namespace, isAllowed: object.status?.allowed === true }
    }),
  )
}
