import { isIPv4, isIPv6 } from 'node:net'
import type { Pod, PodStatus } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkDnsSubdomain, checkQualifiedName } from '../../validation/names.ts'

type Spec = NonNullable<Pod['spec']>
type Container = Spec['containers'][number]
type ContainerStatus = NonNullable<PodStatus['containerStatuses']>[number]
type Addresses = readonly { readonly ip?: string }[]

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized']

/** The addresses of a pod are told twice; where the two differ, the one counts (Convert_v1_PodStatus_To_core_PodStatus). */
export function withEveryAddress(status: PodStatus): PodStatus {
  const { podIP = '', podIPs = [] } = status
  const first = podIPs[0]?.ip ?? ''
  if (podIP === first) return status
  return podIP === '' ? { ...status, podIP: first } : { ...status, podIPs: [{ ip: podIP }] }
}

/** Checks what a status may say, and what may become of the one before (Kubernetes: ValidatePodStatusUpdate). */
export function validatePodStatus(next: PodStatus, current: PodStatus, spec: Spec, errors: FieldErrors): void {
  for (const [index, { type }] of (next.conditions ?? []).entries()) {
    if (SYSTEM_CONDITIONS.includes(type)) continue
    errors.invalidAll(`status.conditions[${index}].Type`, type, checkQualifiedName(type))
  }
  const nominated = next.nominatedNodeName ?? ''
  if (nominated !== '' && nominated !== current.nominatedNodeName) {
    errors.invalidAll('status.nominatedNodeName', nominated, checkDnsSubdomain(nominated))
    if (spec.nodeName) {
      errors.forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node')
    }
  }
  if (next.qosClass !== current.qosClass) errors.invalid('status.qosClass', next.qosClass, 'field is immutable')
  for (const [field, containers] of [
    ['containerStatuses', spec.containers],
    ['initContainerStatuses', spec.initContainers ?? []],
  ] as const) {
    validateTransitions(next[field] ?? [], current[field] ?? [], containers, spec, `status.${field}`, errors)
  }
  validateAddresses(next.podIPs ?? [], current.podIPs ?? [], 'status.podIPs', errors)
  const [host] = next.hostIPs ?? []
  if (host && host.ip !== next.hostIP) errors.invalid('status.hostIPs[0].ip', host.ip, 'must be equal to `hostIP`')
  validateAddresses(next.hostIPs ?? [], current.hostIPs ?? [], 'status.hostIPs', errors)
}

/** What has ended and is not restarted does not come back. */
function validateTransitions(
  next: readonly ContainerStatus[],
  current: readonly ContainerStatus[],
  containers: readonly Container[],
  spec: Spec,
  path: string,
  errors: FieldErrors,
): void {
  for (const [index, { name, state }] of current.entries()) {
    const now = next.find((status) => status.name === name)
    if (!state?.terminated || !now || now.state?.terminated) continue
    const container = containers.find((one) => one.name === name)
    const policy = container && (container.restartPolicy || spec.restartPolicy)
    if (policy === 'Always' || (policy === 'OnFailure' && state.terminated.exitCode !== 0)) continue
    errors.forbidden(`${path}[${index}].state`, 'may not be transitioned to non-terminated state')
  }
}

function validateAddresses(next: Addresses, current: Addresses, path: string, errors: FieldErrors): void {
  for (const [index, { ip = '' }] of next.entries()) {
    if (isIPv4(ip) || isIPv6(ip) || current.some((before) => before.ip === ip)) continue
    errors.invalid(`${path}[${index}]`, ip, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')
  }
  const isPair = next.length === 2 && next.some(({ ip = '' }) => isIPv4(ip)) && next.some(({ ip = '' }) => isIPv6(ip))
  if (next.length > 1 && !isPair) {
    const shown = next.map(({ ip }) => ({ IP: ip }))
    errors.invalid(path, shown, 'may specify no more than one IP for each IP family')
  }
}
