import type { Pod } from '../../../types.ts'

/** When a container is started again; newer than the types that we have. */
export interface RestartRule {
  readonly action?: string
  readonly exitCodes?: { readonly operator?: string; readonly values?: readonly number[] }
}

interface NewerContainerFields {
  readonly restartPolicyRules?: readonly RestartRule[]
}

type KnownSpec = NonNullable<Pod['spec']>
type KnownContainer = KnownSpec['containers'][number]

export type Container = KnownContainer & NewerContainerFields
export type ContainerKind = 'containers' | 'initContainers'
export type SecurityContext = NonNullable<Container['securityContext']>
export type Volume = NonNullable<KnownSpec['volumes']>[number] & {
  readonly image?: { readonly reference?: string; readonly pullPolicy?: string }
}
export type Affinity = NonNullable<KnownSpec['affinity']>
export type Toleration = NonNullable<KnownSpec['tolerations']>[number]

export type PodSecurityContext = NonNullable<KnownSpec['securityContext']> & {
  readonly supplementalGroupsPolicy?: string
  readonly seLinuxChangePolicy?: string
}

/** A pod's spec, with the fields that are newer than the types that we have. */
export type PodSpec = Omit<KnownSpec, 'securityContext' | 'containers' | 'initContainers' | 'volumes'> & {
  readonly securityContext?: PodSecurityContext
  readonly containers: readonly Container[]
  readonly initContainers?: readonly Container[]
  readonly volumes?: readonly Volume[]
  readonly hostnameOverride?: string
}

export const MAX_INT32 = 2 ** 31 - 1
