import type { KubeObject } from '../../../storage/kube-object.ts'
import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { ipAddressWarning, isDualStack, validateIpAddress } from '../../validation/ip-address.ts'
import { checkDnsSubdomain, checkQualifiedName } from '../../validation/names.ts'
import type { Container, ContainerKind, PodSpec } from './pod-spec.ts'

type KnownStatus = NonNullable<Pod['status']>
type Condition = NonNullable<KnownStatus['conditions']>[number] & { readonly observedGeneration?: number }
type Addresses = readonly { readonly ip?: string }[]

export type PodStatus = Omit<KnownStatus, 'conditions' | 'podIPs'> & {
  readonly conditions?: readonly Condition[]
  readonly podIPs?: Addresses
  readonly hostIPs?: Addresses
  readonly observedGeneration?: number
}

/** Conditions of Kubernetes' own, whose names are not looked at. */
const OWN_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized']
const STATUSES = { containerStatuses: 'containers', initContainerStatuses: 'initContainers' } as const

export function statusOf(pod: KubeObject): PodStatus {
  return (pod.status ?? {}) as PodStatus
}

/** A pod has one address in one field and all in another. Where they differ the first field says the truth. */
export function withAddresses(pod: KubeObject): KubeObject {
  const { podIP, podIPs = [] } = statusOf(pod)
  if (podIP && podIP !== podIPs[0]?.ip) return { ...pod, status: { ...statusOf(pod), podIPs: [{ ip: podIP }] } }
  if (podIP || !podIPs[0]?.ip) return pod
  return { ...pod, status: { ...statusOf(pod), podIP: podIPs[0].ip } }
}

/** What an update of the status leaves as it was: which generation was looked at, unless it says so. */
export function withGenerations(next: PodStatus, before: PodStatus): PodStatus {
  const left = new Map<string, (number | undefined)[]>()
  for (const { type, observedGeneration } of before.conditions ?? []) {
    left.set(type, [...(left.get(type) ?? []), observedGeneration])
  }
  const observedGeneration = next.observedGeneration || before.observedGeneration
  return {
    ...next,
    ...(observedGeneration && { observedGeneration }),
    ...(next.conditions && {
      conditions: next.conditions.map((condition) => {
        const old = left.get(condition.type)?.shift()
        const generation = condition.observedGeneration || old
        return generation ? { ...condition, observedGeneration: generation } : condition
      }),
    }),
  }
}

/** Checks a status (Kubernetes: ValidatePodStatusUpdate), its metadata aside. */
export function validatePodStatus(next: KubeObject, current: KubeObject, errors: FieldErrors): void {
  const [status, before] = [statusOf(next), statusOf(current)]
  const spec = current.spec as PodSpec
  for (const [index, condition] of (status.conditions ?? []).entries()) {
    const { type = '', observedGeneration = 0 } = condition
    const path = `status.conditions[${index}]`
    validateGeneration(observedGeneration, path, errors)
    if (!OWN_CONDITIONS.includes(type)) errors.invalidAll(`${path}.Type`, type, checkQualifiedName(type))
  }
  validateNomination(status, before, spec, errors)
  validateGeneration(status.observedGeneration ?? 0, 'status', errors)
  if (status.qosClass !== before.qosClass) {
    errors.invalid('status.qosClass', status.qosClass ?? '', 'field is immutable')
  }
  validateRestarts('containerStatuses', status, before, spec, errors)
  validateRestarts('initContainerStatuses', status, before, spec, errors)
  validateAddresses('podIPs', status, before, errors)
  const { hostIP = '', hostIPs = [] } = status
  const first = hostIPs[0]?.ip ?? ''
  if (hostIPs.length > 0 && first !== hostIP) {
    errors.invalid('status.hostIPs[0].ip', first, 'must be equal to `hostIP`')
  }
  validateAddresses('hostIPs', status, before, errors)
}

/** What is said of a status that is taken. */
export function statusWarnings(pod: KubeObject): readonly string[] {
  const { podIPs = [], hostIPs = [] } = statusOf(pod)
  return Object.entries({ podIPs, hostIPs })
    .flatMap(([field, addresses]) =>
      addresses.map(({ ip = '' }, index) => ipAddressWarning(ip, `status.${field}[${index}].ip`)),
    )
    .filter((warning) => warning !== undefined)
}

function validateGeneration(generation: number, path: string, errors: FieldErrors): void {
  if (generation < 0) errors.invalid(`${path}.observedGeneration`, generation, 'must be a non-negative integer')
}

function validateNomination(status: PodStatus, before: PodStatus, spec: PodSpec, errors: FieldErrors): void {
  const { nominatedNodeName: name = '' } = status
  if (name === '' || name === before.nominatedNodeName) return
  errors.invalidAll('status.nominatedNodeName', name, checkDnsSubdomain(name))
  if (spec.nodeName) {
    errors.forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node')
  }
}

/** What has ended for good has ended (ValidateContainerStateTransition). */
function validateRestarts(
  field: keyof typeof STATUSES,
  { [field]: next = [] }: PodStatus,
  { [field]: before = [] }: PodStatus,
  spec: PodSpec,
  errors: FieldErrors,
): void {
  for (const [index, { name, state }] of before.entries()) {
    if (!state?.terminated || mayRestart(spec, STATUSES[field], name, state.terminated.exitCode ?? 0)) continue
    const isRevived = next.some((status) => status.name === name && !status.state?.terminated)
    if (isRevived)
      errors.forbidden(`status.${field}[${index}].state`, 'may not be transitioned to non-terminated state')
  }
}

function mayRestart(spec: PodSpec, kind: ContainerKind, name: string, exitCode: number): boolean {
  const container = spec[kind]?.find((candidate) => candidate.name === name)
  if (!container) return false
  if (hasRuleFor(container, exitCode)) return true
  const policy = container.restartPolicy ?? spec.restartPolicy
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0)
}

function hasRuleFor({ restartPolicyRules = [] }: Container, exitCode: number): boolean {
  return restartPolicyRules.some(({ exitCodes }) => {
    const isListed = exitCodes?.values?.includes(exitCode) ?? false
    return exitCodes?.operator === 'In' ? isListed : exitCodes?.operator === 'NotIn' && !isListed
  })
}

/** What was said before may be said again, whatever it is. */
function validateAddresses(
  field: 'podIPs' | 'hostIPs',
  { [field]: addresses = [] }: PodStatus,
  { [field]: before = [] }: PodStatus,
  errors: FieldErrors,
): void {
  const texts = addresses.map(({ ip = '' }) => ip)
  for (const [index, text] of texts.entries()) {
    if (before.some(({ ip }) => ip === text)) continue
    validateIpAddress(text, `status.${field}[${index}]`, errors)
  }
  if (texts.length <= 1 || (texts.length === 2 && isDualStack(texts))) return
  const shown = texts.map((IP) => ({ IP }))
  errors.invalid(`status.${field}`, shown, 'may specify no more than one IP for each IP family')
}
