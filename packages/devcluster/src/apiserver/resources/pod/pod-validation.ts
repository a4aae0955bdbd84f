import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkDnsLabel, checkDnsSubdomain, checkQualifiedName } from '../../validation/names.ts'
import { validateLabels } from '../../validation/object-metadata.ts'
import { validateContainers, validateInitContainers } from './container-validation.ts'
import { validateVolumes } from './volume-validation.ts'

type Spec = NonNullable<Pod['spec']>

export const MAX_INT32 = 2 ** 31 - 1

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never']
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']
const TAINT_EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** Checks a pod's spec, in Kubernetes' order (ValidatePodSpec). */
export function validatePodSpec(spec: Spec, errors: FieldErrors): void {
  const volumes = validateVolumes(spec.volumes ?? [], errors)
  validateContainers(spec.containers ?? [], volumes, errors)
  validateInitContainers(spec.initContainers ?? [], spec.containers ?? [], volumes, errors)
  oneOf('spec.restartPolicy', spec.restartPolicy, RESTART_POLICIES, errors)
  oneOf('spec.dnsPolicy', spec.dnsPolicy, DNS_POLICIES, errors)
  validateLabels(spec.nodeSelector, 'spec.nodeSelector', errors)
  validateSchedulingGates(spec, errors)
  if (spec.serviceAccountName) {
    errors.invalidAll('spec.serviceAccountName', spec.serviceAccountName, checkDnsSubdomain(spec.serviceAccountName))
  }
  if (spec.nodeName) errors.invalidAll('spec.nodeName', spec.nodeName, checkDnsSubdomain(spec.nodeName))
  const deadline = spec.activeDeadlineSeconds
  if (deadline !== undefined && (deadline < 1 || deadline > MAX_INT32)) {
    errors.invalid('spec.activeDeadlineSeconds', deadline, `must be between 1 and ${MAX_INT32}, inclusive`)
  }
  if (spec.hostname) errors.invalidAll('spec.hostname', spec.hostname, checkDnsLabel(spec.hostname))
  if (spec.subdomain) errors.invalidAll('spec.subdomain', spec.subdomain, checkDnsLabel(spec.subdomain))
  validateTolerations(spec.tolerations ?? [], errors)
  for (const [index, { hostnames }] of (spec.hostAliases ?? []).entries()) {
    for (const name of hostnames ?? []) {
      errors.invalidAll(`spec.hostAliases[${index}].hostnames`, name, checkDnsSubdomain(name))
    }
  }
  for (const kind of ['containers', 'initContainers'] as const) {
    for (const [index, { image = '' }] of (spec[kind] ?? []).entries()) {
      if (image !== image.trim()) {
        errors.invalid(`spec.${kind}[${index}].image`, image, 'must not have leading or trailing whitespace')
      }
    }
  }
}

/** What a new pod may not have (ValidatePodCreate): gates, which hold it back from the scheduler, if it is bound. */
export function validateNewPodSpec(spec: Spec, errors: FieldErrors): void {
  if (spec.ephemeralContainers?.length) errors.forbidden('spec.ephemeralContainers', 'cannot be set on create')
  if (spec.nodeName && spec.schedulingGates?.length) {
    errors.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared')
  }
}

export function oneOf(
  path: string,
  value: string | undefined,
  supported: readonly string[],
  errors: FieldErrors,
): void {
  if (!value) errors.required(path)
  else if (!supported.includes(value)) errors.notSupported(path, value, supported)
}

function validateSchedulingGates(spec: Spec, errors: FieldErrors): void {
  const seen = new Set<string>()
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    const path = `spec.schedulingGates[${index}]`
    if (!name) errors.required(path)
    else errors.invalidAll(path, name, checkQualifiedName(name))
    if (seen.has(name)) errors.duplicate(path, name)
    seen.add(name)
  }
}

function validateTolerations(tolerations: NonNullable<Spec['tolerations']>, errors: FieldErrors): void {
  for (const [index, toleration] of tolerations.entries()) {
    const path = `spec.tolerations[${index}]`
    const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration
    if (key !== '') errors.invalidAll(`${path}.key`, key, checkQualifiedName(key))
    if (key === '' && operator !== 'Exists') {
      errors.invalid(
        `${path}.operator`,
        operator,
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      )
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      errors.invalid(`${path}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
    }
    if (operator !== '' && operator !== 'Equal' && operator !== 'Exists') {
      errors.notSupported(`${path}.operator`, operator, ['Equal', 'Exists'])
    }
    if (operator === 'Exists' && value !== '') {
      errors.invalid(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'")
    }
    if (effect !== '' && !TAINT_EFFECTS.includes(effect)) errors.notSupported(`${path}.effect`, effect, TAINT_EFFECTS)
  }
}
