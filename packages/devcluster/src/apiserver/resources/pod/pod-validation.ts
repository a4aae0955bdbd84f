import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName } from '../../validation/names.ts'
import { validateLabels } from '../../validation/object-metadata.ts'
import { validateAffinity } from './affinity-validation.ts'
import { validateContainers, validateInitContainers } from './container-validation.ts'
import {
  validateDns,
  validateHostAliases,
  validateHostnameOverride,
  validateHostPortsMatch,
  validateHostUsers,
} from './network-validation.ts'
import { MAX_INT32, type PodSpec } from './pod-spec.ts'
import { validatePodSecurityContext } from './security-validation.ts'
import { validateTolerations } from './toleration-validation.ts'
import { validateTopologySpread } from './topology-spread-validation.ts'
import { validateVolumes } from './volume-validation.ts'

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never']
const SYSTEMS = ['linux', 'windows']

/** Checks a pod's spec, in Kubernetes' order (ValidatePodSpec). */
export function validatePodSpec(spec: PodSpec, errors: FieldErrors): void {
  const volumes = validateVolumes(spec.volumes ?? [], errors)
  validateContainers(spec, volumes, errors)
  validateInitContainers(spec, volumes, errors)
  validateHostPortsMatch(spec, errors)
  oneOf('spec.restartPolicy', spec.restartPolicy, RESTART_POLICIES, errors)
  oneOf('spec.dnsPolicy', spec.dnsPolicy, DNS_POLICIES, errors)
  validateLabels(spec.nodeSelector, 'spec.nodeSelector', errors)
  validatePodSecurityContext(spec, errors)
  validateAffinity(spec.affinity, errors)
  validateDns(spec, errors)
  for (const [index, { conditionType = '' }] of (spec.readinessGates ?? []).entries()) {
    const path = `spec.readinessGates[${index}].conditionType`
    errors.invalidAll(path, conditionType, checkQualifiedName(conditionType))
  }
  validateSchedulingGates(spec, errors)
  validateTopologySpread(spec.topologySpreadConstraints ?? [], errors)
  validateHostUsers(spec, errors)
  validateHostnameOverride(spec, errors)
  validateNames(spec, errors)
  validateTolerations(spec.tolerations ?? [], errors)
  validateHostAliases(spec, errors)
  validateClasses(spec, errors)
  validateSystem(spec, errors)
  validateImages(spec, errors)
}

/** What a new pod may not have (ValidatePodCreate): gates, which hold it back from the scheduler, if it is bound. */
export function validateNewPodSpec(spec: PodSpec, errors: FieldErrors): void {
  if (spec.ephemeralContainers?.length) errors.forbidden('spec.ephemeralContainers', 'cannot be set on create')
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
  }
}

function oneOf(path: string, value: string | undefined, supported: readonly string[], errors: FieldErrors): void {
  if (!value) errors.required(path)
  else if (!supported.includes(value)) errors.notSupported(path, value, supported)
}

function validateSchedulingGates(spec: PodSpec, errors: FieldErrors): void {
  const seen = new Set<string>()
  for (const [index, { name = '' }] of (spec.schedulingGates ?? []).entries()) {
    const path = `spec.schedulingGates[${index}]`
    errors.invalidAll(path, name, checkQualifiedName(name))
    if (seen.has(name)) errors.duplicate(path, name)
    seen.add(name)
  }
}

function validateNames(spec: PodSpec, errors: FieldErrors): void {
  const { serviceAccountName, nodeName, activeDeadlineSeconds: deadline, hostname, subdomain } = spec
  if (serviceAccountName) {
    errors.invalidAll('spec.serviceAccountName', serviceAccountName, checkDnsSubdomain(serviceAccountName))
  }
  if (nodeName) errors.invalidAll('spec.nodeName', nodeName, checkDnsSubdomain(nodeName))
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.invalid('spec.activeDeadlineSeconds', deadline, `must be between 1 and ${MAX_INT32}, inclusive`)
  }
  if (hostname) errors.invalidAll('spec.hostname', hostname, checkDnsLabel(hostname))
  if (subdomain) errors.invalidAll('spec.subdomain', subdomain, checkDnsLabel(subdomain))
}

function validateClasses(
  { priorityClassName, preemptionPolicy, runtimeClassName }: PodSpec,
  errors: FieldErrors,
): void {
  if (priorityClassName) {
    errors.invalidAll('spec.priorityClassName', priorityClassName, checkDnsSubdomain(priorityClassName))
  }
  if (runtimeClassName !== undefined) {
    errors.invalidAll('spec.runtimeClassName', runtimeClassName, checkDnsSubdomain(runtimeClassName))
  }
  if (preemptionPolicy !== undefined) {
    oneOf('spec.preemptionPolicy', preemptionPolicy, PREEMPTION_POLICIES, errors)
  }
}

function validateSystem({ os }: PodSpec, errors: FieldErrors): void {
  if (!os) return
  if (!os.name) errors.required('spec.os.name')
  else if (!SYSTEMS.includes(os.name)) errors.notSupported('spec.os', os.name, SYSTEMS)
}

function validateImages(spec: PodSpec, errors: FieldErrors): void {
  for (const kind of ['containers', 'initContainers'] as const) {
    for (const [index, { image = '' }] of (spec[kind] ?? []).entries()) {
      if (image === image.trim()) continue
      errors.invalid(`spec.${kind}[${index}].image`, image, 'must not have leading or trailing whitespace')
    }
  }
}
