import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateLocalPath } from '../../validation/local-path.ts'
import type { Container, Volume } from './pod-spec.ts'

type Mount = NonNullable<Container['volumeMounts']>[number]
export type Volumes = ReadonlyMap<string, Volume>

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None']
const READ_ONLY_DEPTHS = ['Disabled', 'Enabled', 'IfPossible']

/** Checks where a container has its volumes (Kubernetes: ValidateVolumeMounts and ValidateVolumeDevices). */
export function validateMounts(container: Container, path: string, volumes: Volumes, errors: FieldErrors): void {
  const { volumeMounts = [], volumeDevices = [] } = container
  const devices = new Map(volumeDevices.map(({ name, devicePath }) => [name, devicePath]))
  const places = new Set<string>()
  for (const [index, mount] of volumeMounts.entries()) {
    const at = `${path}.volumeMounts[${index}]`
    const { name = '', mountPath = '' } = mount
    if (name === '') errors.required(`${at}.name`)
    if (!volumes.has(name)) errors.notFound(`${at}.name`, name)
    if (mountPath === '') errors.required(`${at}.mountPath`)
    if (places.has(mountPath)) errors.invalid(`${at}.mountPath`, mountPath, 'must be unique')
    places.add(mountPath)
    if (devices.has(name)) errors.invalid(`${at}.name`, name, 'must not already exist in volumeDevices')
    if ([...devices.values()].includes(mountPath)) {
      errors.invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices')
    }
    validateSubPaths(mount, at, path, errors)
    // Kubernetes leaves the index out of these paths.
    validatePropagation(mount, container, `${path}.volumeMounts.mountPropagation`, errors)
    validateReadOnlyDepth(mount, `${path}.volumeMounts.recursiveReadOnly`, errors)
  }
  validateDevices(container, path, volumes, errors)
}

function validateSubPaths({ subPath, subPathExpr }: Mount, at: string, path: string, errors: FieldErrors): void {
  if (subPath) validateLocalPath(subPath, `${path}.volumeMounts.subPath`, errors)
  if (!subPathExpr) return
  if (subPath) errors.invalid(`${at}.subPathExpr`, subPathExpr, 'subPathExpr and subPath are mutually exclusive')
  validateLocalPath(subPathExpr, `${path}.volumeMounts.subPathExpr`, errors)
}

function validatePropagation(mount: Mount, container: Container, path: string, errors: FieldErrors): void {
  const { mountPropagation } = mount
  if (mountPropagation === undefined) return
  if (!PROPAGATIONS.includes(mountPropagation)) errors.notSupported(path, mountPropagation, PROPAGATIONS)
  if (mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    errors.forbidden(path, 'Bidirectional mount propagation is available only to privileged containers')
  }
}

function validateReadOnlyDepth(mount: Mount, path: string, errors: FieldErrors): void {
  const { recursiveReadOnly, readOnly, mountPropagation } = mount
  if (recursiveReadOnly === undefined || recursiveReadOnly === 'Disabled') return
  if (!READ_ONLY_DEPTHS.includes(recursiveReadOnly)) {
    errors.notSupported(path, recursiveReadOnly, READ_ONLY_DEPTHS)
    return
  }
  if (!readOnly) errors.forbidden(path, 'may only be specified when readOnly is true')
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    errors.forbidden(path, 'may only be specified when mountPropagation is None or not specified')
  }
}

function validateDevices(
  { volumeDevices = [], volumeMounts = [] }: Container,
  path: string,
  volumes: Volumes,
  errors: FieldErrors,
): void {
  const mounts = new Map(volumeMounts.map(({ name, mountPath }) => [name, mountPath]))
  const names = new Set<string>()
  const places = new Set<string>()
  for (const [index, { name = '', devicePath = '' }] of volumeDevices.entries()) {
    const at = `${path}.volumeDevices[${index}]`
    const volume = volumes.get(name)
    if (name === '') errors.required(`${at}.name`)
    if (names.has(name)) errors.invalid(`${at}.name`, name, 'must be unique')
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral) {
      const text = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      errors.invalid(`${at}.name`, name, text)
    }
    if (!volume) errors.notFound(`${at}.name`, name)
    if (devicePath === '') errors.required(`${at}.devicePath`)
    if (places.has(devicePath)) errors.invalid(`${at}.devicePath`, devicePath, 'must be unique')
    if (devicePath.split('/').includes('..')) {
      errors.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')")
    } else places.add(devicePath)
    if (mounts.has(name)) errors.invalid(`${at}.name`, name, 'must not already exist in volumeMounts')
    if ([...mounts.values()].includes(devicePath)) {
      errors.invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts')
    }
    if (name !== '') names.add(name)
  }
}
