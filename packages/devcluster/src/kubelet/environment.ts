import type { ConfigMap, Container, EnvVarSource, Secret } from 'kubernetes-types/core/v1.d.ts'
import { type DownwardApi, downwardField, downwardResource } from './downward-api.ts'
import { expand, resolveFrom } from './expansion.ts'

/** Where the values of a container's environment come from: its pod, and the maps and secrets of its namespace. */
export interface EnvironmentSources {
  readonly namespace: string
  readonly downward: DownwardApi
  configMap(name: string): ConfigMap | undefined
  secret(name: string): Secret | undefined
}

/** Something a container refers to is missing. The kubelet shows it as CreateContainerConfigError and tries again. */
export class ContainerConfigError extends Error {
  override readonly name = 'ContainerConfigError'
}

/**
 * The environment that the pod's spec gives a container: `envFrom` first, then `env` in order, each value expanded with
 * what stands before it. Kubernetes: makeEnvironmentVariables; there are no services, hence no service variables.
 *
 * @throws {ContainerConfigError | DownwardApiError} with the kubelet's text.
 */
export function containerEnvironment(container: Container, sources: EnvironmentSources): Map<string, string> {
  const values = new Map<string, string>()
  for (const from of container.envFrom ?? []) {
    const prefix = from.prefix ?? ''
    for (const [key, value] of configMapEntries(from.configMapRef, sources)) values.set(prefix + key, value)
    for (const [key, value] of secretEntries(from.secretRef, sources)) values.set(prefix + key, value)
  }
  for (const { name, value, valueFrom } of container.env ?? []) {
    if (value) values.set(name, expand(value, resolveFrom(values)))
    else if (valueFrom) {
      const resolved = resolveSource(valueFrom, container, sources)
      if (resolved !== undefined) values.set(name, resolved)
    } else values.set(name, '')
  }
  return values
}

/** `undefined`: optional and not there, so the variable is not set. */
function resolveSource(from: EnvVarSource, container: Container, sources: EnvironmentSources): string | undefined {
  if (from.fieldRef) return downwardField(sources.downward, from.fieldRef.fieldPath)
  if (from.resourceFieldRef) return downwardResource(sources.downward, from.resourceFieldRef, container)
  if (from.configMapKeyRef) {
    const { name = '', key, optional } = from.configMapKeyRef
    const map = sources.configMap(name)
    if (!map && !optional) throw new ContainerConfigError(`configmap "${name}" not found`)
    const value = own(map?.data, key)
    if (map && value === undefined && !optional) {
      throw new ContainerConfigError(`couldn't find key ${key} in ConfigMap ${sources.namespace}/${name}`)
    }
    return value
  }
  if (from.secretKeyRef) {
    const { name = '', key, optional } = from.secretKeyRef
    const secret = sources.secret(name)
    if (!secret && !optional) throw new ContainerConfigError(`secret "${name}" not found`)
    const value = own(secret?.data, key)
    if (secret && value === undefined && !optional) {
      throw new ContainerConfigError(`couldn't find key ${key} in Secret ${sources.namespace}/${name}`)
    }
    return value === undefined ? undefined : decode(value)
  }
  return ''
}

function configMapEntries(
  ref: { name?: string; optional?: boolean } | undefined,
  sources: EnvironmentSources,
): [string, string][] {
  if (!ref) return []
  const map = sources.configMap(ref.name ?? '')
  if (!map && !ref.optional) throw new ContainerConfigError(`configmap "${ref.name}" not found`)
  return Object.entries(map?.data ?? {})
}

function secretEntries(
  ref: { name?: string; optional?: boolean } | undefined,
  sources: EnvironmentSources,
): [string, string][] {
  if (!ref) return []
  const secret = sources.secret(ref.name ?? '')
  if (!secret && !ref.optional) throw new ContainerConfigError(`secret "${ref.name}" not found`)
  return Object.entries(secret?.data ?? {}).map(([key, value]) => [key, decode(value)])
}

function own(values: Readonly<Record<string, string>> | undefined, key: string): string | undefined {
  return values && Object.hasOwn(values, key) ? values[key] : undefined
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8')
}
