import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkDnsLabel, checkPortName } from '../../validation/names.ts'
import { validateEnv, validateEnvFrom } from './environment-validation.ts'
import { validateLifecycle, validatePort, validateProbe } from './probe-validation.ts'
import { validateResources } from './resource-validation.ts'
import { validateLocalPath } from './volume-validation.ts'

type Container = NonNullable<Pod['spec']>['containers'][number]

const MAX_ID = 2 ** 31 - 1

/** Checks the containers proper (Kubernetes: validateContainers). */
export function validateContainers(
  containers: readonly Container[],
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  if (containers.length === 0) {
    errors.required('spec.containers')
    return
  }
  const names = new Set<string>()
  for (const [index, container] of containers.entries()) {
    const path = `spec.containers[${index}]`
    validateAnyContainer(container, path, volumes, errors)
    if (names.has(container.name)) errors.duplicate(`${path}.name`, container.name)
    names.add(container.name)
    validateHooks(container, path, errors)
    const policy = restartPolicyOf(container)
    if (policy !== undefined && !['Always', 'OnFailure', 'Never'].includes(policy)) {
      errors.notSupported(`${path}.restartPolicy`, policy, ['Always', 'Never', 'OnFailure'])
    }
  }
  validateHostPorts(containers, 'spec.containers', errors)
}

/** Checks init containers; one that restarts always is a sidecar and may have what containers have. */
export function validateInitContainers(
  initContainers: readonly Container[],
  containers: readonly Container[],
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  const names = new Set(containers.map(({ name }) => name))
  for (const [index, container] of initContainers.entries()) {
    const path = `spec.initContainers[${index}]`
    validateAnyContainer(container, path, volumes, errors)
    const policy = restartPolicyOf(container)
    if (policy !== undefined && !['Always', 'OnFailure', 'Never'].includes(policy)) {
      errors.notSupported(`${path}.restartPolicy`, policy, ['Always', 'Never', 'OnFailure'])
    }
    if (names.has(container.name)) errors.duplicate(`${path}.name`, container.name)
    names.add(container.name)
    validateHostPorts([container], 'spec.initContainers', errors)
    if (policy === 'Always') {
      validateHooks(container, path, errors)
      continue
    }
    for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
      if (container[field]) {
        errors.forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always')
      }
    }
  }
}

function restartPolicyOf(container: Container): string | undefined {
  return (container as { restartPolicy?: string }).restartPolicy
}

function validateAnyContainer(
  container: Container,
  path: string,
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  if (!container.name) errors.required(`${path}.name`)
  else errors.invalidAll(`${path}.name`, container.name, checkDnsLabel(container.name))
  if (!container.image) errors.required(`${path}.image`)
  const { terminationMessagePolicy = '', imagePullPolicy = '' } = container
  const messagePolicies = ['File', 'FallbackToLogsOnError']
  if (!messagePolicies.includes(terminationMessagePolicy)) {
    errors.notSupported(`${path}.terminationMessagePolicy`, terminationMessagePolicy, messagePolicies)
  }
  validatePorts(container, path, errors)
  validateEnv(container.env ?? [], `${path}.env`, errors)
  validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`, errors)
  validateMounts(container, path, volumes, errors)
  const pullPolicies = ['Always', 'IfNotPresent', 'Never']
  if (!pullPolicies.includes(imagePullPolicy)) {
    errors.notSupported(`${path}.imagePullPolicy`, imagePullPolicy, pullPolicies)
  }
  validateResources(container.resources ?? {}, `${path}.resources`, errors)
  const { runAsUser, runAsGroup } = container.securityContext ?? {}
  for (const [field, id] of Object.entries({ runAsUser, runAsGroup })) {
    if (id !== undefined && (id < 0 || id > MAX_ID)) {
      errors.invalid(`${path}.securityContext.${field}`, id, `must be between 0 and ${MAX_ID}, inclusive`)
    }
  }
}

function validatePorts({ ports = [] }: Container, containerPath: string, errors: FieldErrors): void {
  const names = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const path = `${containerPath}.ports[${index}]`
    if (port.name) {
      const problems = checkPortName(port.name)
      errors.invalidAll(`${path}.name`, port.name, problems)
      if (problems.length === 0 && names.has(port.name)) errors.duplicate(`${path}.name`, port.name)
      else if (problems.length === 0) names.add(port.name)
    }
    if (!port.containerPort) errors.required(`${path}.containerPort`)
    else validatePort(port.containerPort, `${path}.containerPort`, errors)
    if (port.hostPort) validatePort(port.hostPort, `${path}.hostPort`, errors)
    const protocols = ['SCTP', 'TCP', 'UDP']
    if (!protocols.includes(port.protocol ?? '')) errors.notSupported(`${path}.protocol`, port.protocol, protocols)
  }
}

function validateHostPorts(containers: readonly Container[], path: string, errors: FieldErrors): void {
  const taken = new Set<string>()
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [at, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue
      const key = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(key)) errors.duplicate(`${path}[${index}].ports[${at}].hostPort`, key)
      taken.add(key)
    }
  }
}

function validateMounts(
  container: Container,
  containerPath: string,
  volumes: ReadonlySet<string>,
  errors: FieldErrors,
): void {
  const places = new Set<string>()
  for (const [index, mount] of (container.volumeMounts ?? []).entries()) {
    const path = `${containerPath}.volumeMounts[${index}]`
    if (!mount.name) errors.required(`${path}.name`)
    if (!volumes.has(mount.name)) errors.notFound(`${path}.name`, mount.name)
    if (!mount.mountPath) errors.required(`${path}.mountPath`)
    if (places.has(mount.mountPath)) errors.invalid(`${path}.mountPath`, mount.mountPath, 'must be unique')
    places.add(mount.mountPath)
    // Kubernetes leaves the index out of these two paths.
    if (mount.subPath) validateLocalPath(mount.subPath, `${containerPath}.volumeMounts.subPath`, errors)
    if (mount.subPathExpr) {
      if (mount.subPath) {
        errors.invalid(`${path}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive')
      }
      validateLocalPath(mount.subPathExpr, `${containerPath}.volumeMounts.subPathExpr`, errors)
    }
  }
}

function validateHooks(container: Container, path: string, errors: FieldErrors): void {
  validateLifecycle(container.lifecycle, `${path}.lifecycle`, errors)
  validateProbe(container.livenessProbe, `${path}.livenessProbe`, { successThreshold: 1 }, errors)
  validateProbe(container.readinessProbe, `${path}.readinessProbe`, {}, errors)
  validateProbe(container.startupProbe, `${path}.startupProbe`, { successThreshold: 1 }, errors)
}
