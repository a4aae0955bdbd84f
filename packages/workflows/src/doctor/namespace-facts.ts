import type { KubeClient, Pod } from '@davit/executor'
import type { Namespace, ResourceQuota, ServiceAccount } from 'kubernetes-types/core/v1.d.ts'
import { type Asked, asked } from './asked.ts'

/** A create that only looked as if. */
export type DryRun = Asked<{ readonly object: Pod; readonly warnings: readonly string[] }>

/** What the server says of one namespace that pods of tasks are to be in. */
export interface NamespaceFacts {
  readonly namespace: string
  /** The template's pod, as it would be sent. */
  readonly pod: Pod
  readonly object: Asked<Namespace>
  readonly quotas: Asked<readonly ResourceQuota[]>
  readonly serviceAccount: { readonly name: string; readonly object: Asked<ServiceAccount> }
  /** By name; of each no more than its metadata is read. */
  readonly pullSecrets: readonly { readonly name: string; readonly object: Asked<unknown> }[]
  readonly dryRun: DryRun
}

/** Asks everything that can be asked of a namespace. What we may not ask is told by its answer; the dry run needs no more than `create pods`. */
export async function namespaceFacts(
  kube: Pick<KubeClient, 'resources'>,
  namespace: string,
  pod: Pod,
): Promise<NamespaceFacts> {
  const { resources } = kube
  const account = pod.spec?.serviceAccountName || 'default'
  const [object, quotas, serviceAccount, dryRun] = await Promise.all([
    asked(resources.get<Namespace>({ resource: 'namespaces', name: namespace })),
    asked(resources.list<ResourceQuota>({ resource: 'resourcequotas', namespace })),
    asked(resources.get<ServiceAccount>({ resource: 'serviceaccounts', namespace, name: account })),
    asked(resources.create<Pod>({ resource: 'pods', namespace }, pod, { dryRun: true, fieldValidation: 'Strict' })),
  ])
  // A service account adds its own to a pod that has none.
  const named = 'value' in dryRun ? dryRun.value.object.spec : pod.spec
  const names = (named?.imagePullSecrets ?? []).flatMap(({ name }) => (name ? [name] : []))
  const pullSecrets = await Promise.all(
    names.map(async (name) => ({
      name,
      object: await asked(resources.get({ resource: 'secrets', namespace, name }, { metadataOnly: true })),
    })),
  )
  return {
    namespace,
    pod,
    object,
    quotas,
    serviceAccount: { name: account, object: serviceAccount },
    pullSecrets,
    dryRun,
  }
}
