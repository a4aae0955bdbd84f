import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkDnsLabel, checkDnsSubdomain } from '../../validation/names.ts'

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]

/** The order in which Kubernetes looks for sources: each after the first is one too many. */
const SOURCES = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'flexVolume',
  'configMap',
  'downwardAPI',
  'fc',
  'azureFile',
  'projected',
  'csi',
  'ephemeral',
  'image',
] as const

/** Checks volumes (ValidateVolumes) and answers with the names that may be mounted. */
export function validateVolumes(volumes: readonly Volume[], errors: FieldErrors): ReadonlySet<string> {
  const names = new Set<string>()
  for (const [index, volume] of volumes.entries()) {
    const path = `spec.volumes[${index}]`
    const sound = validateSource(volume, path, errors)
    if (!volume.name) errors.required(`${path}.name`)
    else {
      const problems = checkDnsLabel(volume.name)
      errors.invalidAll(`${path}.name`, volume.name, problems)
      if (problems.length > 0) continue
      if (names.has(volume.name)) errors.duplicate(`${path}.name`, volume.name)
      else if (sound) names.add(volume.name)
    }
  }
  return names
}

function validateSource(volume: Volume, path: string, errors: FieldErrors): boolean {
  const before = errors.all.length
  const [first, ...others] = SOURCES.filter((source) => source in volume)
  if (!first) errors.required(path, 'must specify a volume type')
  for (const other of others) errors.forbidden(`${path}.${other}`, 'may not specify more than 1 volume type')
  if (others.length > 0) return false
  const { configMap, secret, hostPath, persistentVolumeClaim, emptyDir } = volume
  if (configMap) {
    if (!configMap.name) errors.required(`${path}.configMap.name`)
    validateItems(configMap.items ?? [], `${path}.configMap.items`, errors)
  }
  if (secret) {
    if (!secret.secretName) errors.required(`${path}.secret.secretName`)
    validateItems(secret.items ?? [], `${path}.secret.items`, errors)
  }
  if (hostPath) {
    if (!hostPath.path) errors.required(`${path}.hostPath.path`)
    else if (hostPath.path.split('/').includes('..')) {
      errors.invalid(`${path}.hostPath.path`, hostPath.path, "must not contain '..'")
    }
  }
  if (persistentVolumeClaim) {
    const { claimName } = persistentVolumeClaim
    if (!claimName) errors.required(`${path}.persistentVolumeClaim.claimName`)
    else errors.invalidAll(`${path}.persistentVolumeClaim.claimName`, claimName, checkDnsSubdomain(claimName))
  }
  if (emptyDir?.sizeLimit?.startsWith('-')) {
    errors.forbidden(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
  }
  return errors.all.length === before
}

function validateItems(
  items: readonly { readonly key: string; readonly path: string; readonly mode?: number }[],
  path: string,
  errors: FieldErrors,
): void {
  for (const [index, item] of items.entries()) {
    if (!item.key) errors.required(`${path}[${index}].key`)
    if (!item.path) errors.required(`${path}[${index}].path`)
    else validateLocalPath(item.path, `${path}[${index}].path`, errors)
    if (item.mode !== undefined && (item.mode < 0 || item.mode > 0o777)) {
      errors.invalid(`${path}[${index}].mode`, item.mode, 'must be a number between 0 and 0777 (octal), both inclusive')
    }
  }
}

/** A path that stays below where it begins. */
export function validateLocalPath(value: string, path: string, errors: FieldErrors): void {
  if (value.startsWith('/')) errors.invalid(path, value, 'must be a relative path')
  if (value.split('/').includes('..')) errors.invalid(path, value, "must not contain '..'")
}
