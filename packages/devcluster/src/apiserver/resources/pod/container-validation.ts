import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkDnsLabel, checkPortName } from '../../validation/names.ts'
import { validateEnv, validateEnvFrom } from './environment-validation.ts'
import { type Volumes, validateMounts } from './mount-validation.ts'
import type { Container, ContainerKind, PodSpec } from './pod-spec.ts'
import { validateHooks, validatePort } from './probe-validation.ts'
import { validateResources } from './resource-validation.ts'
import { validateRestarts } from './restart-validation.ts'
import { validateSecurityContext } from './security-validation.ts'

const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError']
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

/** Checks the containers proper (Kubernetes: validateContainers). */
export function validateContainers(spec: PodSpec, volumes: Volumes, errors: FieldErrors): void {
  const { containers } = spec
  if (containers.length === 0) {
    errors.required('spec.containers')
    return
  }
  const names = new Set<string>()
  for (const [index, container] of containers.entries()) {
    const path = `spec.containers[${index}]`
    const { name = '' } = container
    validateAnyContainer(container, path, spec, volumes, errors)
    if (names.has(name)) errors.duplicate(`${path}.name`, name)
    names.add(name)
    validateHooks(container, path, spec.terminationGracePeriodSeconds ?? 0, errors)
    validateRestarts(container, path, errors)
  }
  validateHostPorts(containers, 'containers', errors)
}

/** Checks init containers; one that restarts always is a sidecar and may have what containers have. */
export function validateInitContainers(spec: PodSpec, volumes: Volumes, errors: FieldErrors): void {
  const names = new Set(spec.containers.map(({ name = '' }) => name))
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const path = `spec.initContainers[${index}]`
    const { name = '' } = container
    validateAnyContainer(container, path, spec, volumes, errors)
    validateRestarts(container, path, errors, { isInit: true })
    if (names.has(name)) errors.duplicate(`${path}.name`, name)
    else if (name !== '') names.add(name)
    validateHostPorts([container], 'initContainers', errors)
    if (container.restartPolicy === 'Always') {
      validateHooks(container, path, spec.terminationGracePeriodSeconds ?? 0, errors)
    } else forbidHooks(container, path, errors)
  }
}

/** One that ends before the next begins is never looked at, and restarts by itself when it is resized. */
function forbidHooks(container: Container, path: string, errors: FieldErrors): void {
  for (const field of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
    if (container[field]) {
      errors.forbidden(`${path}.${field}`, 'may not be set for init containers without restartPolicy=Always')
    }
  }
  for (const [index, { restartPolicy }] of (container.resizePolicy ?? []).entries()) {
    if (restartPolicy !== 'RestartContainer') continue
    const text = "must not be set to 'RestartContainer' for non-sidecar initContainers"
    errors.invalid(`${path}.resizePolicy[${index}].restartPolicy`, restartPolicy, text)
  }
}

function validateAnyContainer(
  container: Container,
  path: string,
  spec: PodSpec,
  volumes: Volumes,
  errors: FieldErrors,
): void {
  const { name = '', image = '', terminationMessagePolicy = '', imagePullPolicy = '' } = container
  if (name === '') errors.required(`${path}.name`)
  else errors.invalidAll(`${path}.name`, name, checkDnsLabel(name))
  if (image === '') errors.required(`${path}.image`)
  if (!MESSAGE_POLICIES.includes(terminationMessagePolicy)) {
    errors.notSupported(`${path}.terminationMessagePolicy`, terminationMessagePolicy, MESSAGE_POLICIES)
  }
  validatePorts(container, path, errors)
  validateEnv(container.env ?? [], `${path}.env`, errors)
  validateEnvFrom(container.envFrom ?? [], `${path}.envFrom`, errors)
  validateMounts(container, path, volumes, errors)
  if (!PULL_POLICIES.includes(imagePullPolicy)) {
    errors.notSupported(`${path}.imagePullPolicy`, imagePullPolicy, PULL_POLICIES)
  }
  validateResources(container.resources ?? {}, `${path}.resources`, errors)
  validateResizing(container, path, spec, errors)
  validateSecurityContext(container.securityContext, `${path}.securityContext`, spec.hostUsers ?? true, errors)
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
    const { protocol = '' } = port
    if (!PROTOCOLS.includes(protocol)) errors.notSupported(`${path}.protocol`, protocol, PROTOCOLS)
  }
}

function validateHostPorts(containers: readonly Container[], kind: ContainerKind, errors: FieldErrors): void {
  const taken = new Set<string>()
  for (const [index, { ports = [] }] of containers.entries()) {
    for (const [at, { hostPort, hostIP = '', protocol }] of ports.entries()) {
      if (!hostPort) continue
      const key = `${protocol}/${hostIP}/${hostPort}`
      if (taken.has(key)) errors.duplicate(`spec.${kind}[${index}].ports[${at}].hostPort`, key)
      taken.add(key)
    }
  }
}

function validateResizing({ resizePolicy = [] }: Container, path: string, spec: PodSpec, errors: FieldErrors): void {
  const seen = new Set<string>()
  for (const [index, { resourceName = '', restartPolicy = '' }] of resizePolicy.entries()) {
    const at = `${path}.resizePolicy[${index}]`
    if (seen.has(resourceName)) errors.duplicate(at, resourceName)
    seen.add(resourceName)
    if (resourceName === '') errors.required(`${path}.resizePolicy`)
    else if (resourceName !== 'cpu' && resourceName !== 'memory') {
      errors.notSupported(`${path}.resizePolicy`, resourceName, ['cpu', 'memory'])
    }
    if (restartPolicy === '') errors.required(`${path}.resizePolicy`)
    else if (restartPolicy !== 'NotRequired' && restartPolicy !== 'RestartContainer') {
      errors.notSupported(`${path}.resizePolicy`, restartPolicy, ['NotRequired', 'RestartContainer'])
    }
    if (spec.restartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      const text = "must be 'NotRequired' when pod `restartPolicy` is 'Never'"
      errors.invalid(`${path}.resizePolicy`, restartPolicy, text)
    }
  }
}
