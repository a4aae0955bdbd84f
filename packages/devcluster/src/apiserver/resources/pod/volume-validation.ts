import { quantityOf } from '../../schema/quantity.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateNoBacksteps } from '../../validation/local-path.ts'
import { checkDnsLabel, checkDnsSubdomain } from '../../validation/names.ts'
import type { Volumes } from './mount-validation.ts'
import type { Volume } from './pod-spec.ts'
import { validateProjection } from './projection-validation.ts'
import { type KeyToPath, validateDownwardFile, validateItem, validateMode } from './volume-file-validation.ts'

/** Each kind of volume with its check, in the order in which Kubernetes looks: each after the first is one too many. */
const SOURCES: Readonly<
  Record<string, ((volume: Required<Volume>, path: string, errors: FieldErrors) => void) | undefined>
> = {
  emptyDir: ({ emptyDir: { sizeLimit = '0' } }, path, errors) => {
    if (quantityOf(sizeLimit).nano >= 0n) return
    errors.forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')
  },
  hostPath: ({ hostPath: { path: at, type = '' } }, path, errors) => {
    if (!at) {
      errors.required(`${path}.path`)
      return
    }
    validateNoBacksteps(at, `${path}.path`, errors)
    if (!HOST_PATH_TYPES.includes(type)) errors.notSupported(`${path}.type`, type, HOST_PATH_TYPES)
  },
  gitRepo: undefined,
  gcePersistentDisk: undefined,
  awsElasticBlockStore: undefined,
  secret: ({ secret: { secretName, defaultMode, items } }, path, errors) => {
    if (!secretName) errors.required(`${path}.secretName`)
    validateMode(defaultMode, `${path}.defaultMode`, errors)
    validateItems(items, `${path}.items`, errors)
  },
  nfs: ({ nfs: { server, path: at = '' } }, path, errors) => {
    if (!server) errors.required(`${path}.server`)
    if (at === '') errors.required(`${path}.path`)
    if (!at.startsWith('/')) errors.invalid(`${path}.path`, at, 'must be an absolute path')
  },
  iscsi: undefined,
  glusterfs: undefined,
  persistentVolumeClaim: ({ persistentVolumeClaim: { claimName } }, path, errors) => {
    if (!claimName) errors.required(`${path}.claimName`)
  },
  rbd: undefined,
  cinder: undefined,
  cephfs: undefined,
  downwardAPI: ({ downwardAPI: { defaultMode, items } }, path, errors) => {
    validateMode(defaultMode, `${path}.defaultMode`, errors)
    // Kubernetes leaves the index out.
    for (const file of items ?? []) validateDownwardFile(file, path, errors)
  },
  fc: undefined,
  flexVolume: undefined,
  configMap: ({ configMap: { name, defaultMode, items } }, path, errors) => {
    if (!name) errors.required(`${path}.name`)
    validateMode(defaultMode, `${path}.defaultMode`, errors)
    validateItems(items, `${path}.items`, errors)
  },
  azureFile: undefined,
  projected: ({ projected }, path, errors) => {
    validateMode(projected.defaultMode, `${path}.defaultMode`, errors)
    validateProjection(projected, path, errors)
  },
  csi: ({ csi: { driver = '' } }, path, errors) => {
    if (driver === '') {
      errors.required(`${path}.driver`)
      return
    }
    if (driver.length > 63) errors.tooLong(`${path}.driver`, 63)
    errors.invalidAll(`${path}.driver`, driver, checkDnsSubdomain(driver.toLowerCase()))
  },
  ephemeral: undefined,
  image: ({ image: { reference, pullPolicy = '' } }, path, errors) => {
    if (!reference) errors.required(`${path}.reference`)
    if (!PULL_POLICIES.includes(pullPolicy)) errors.notSupported(`${path}.pullPolicy`, pullPolicy, PULL_POLICIES)
  },
}

const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']
/** Checks volumes (ValidateVolumes) and answers with those that may be mounted. */
export function validateVolumes(volumes: readonly Volume[], errors: FieldErrors): Volumes {
  const sound = new Map<string, Volume>()
  for (const [index, volume] of volumes.entries()) {
    const path = `spec.volumes[${index}]`
    const before = errors.all.length
    const { name = '' } = volume
    validateSource(volume, path, errors)
    if (name === '') errors.required(`${path}.name`)
    else errors.invalidAll(`${path}.name`, name, checkDnsLabel(name))
    if (sound.has(name)) errors.duplicate(`${path}.name`, name)
    if (errors.all.length === before) sound.set(name, volume)
  }
  return sound
}

function validateSource(volume: Volume, path: string, errors: FieldErrors): void {
  const [first, ...others] = Object.keys(SOURCES).filter((source) => source in volume)
  if (first === undefined) errors.required(path, 'must specify a volume type')
  else SOURCES[first]?.(volume as Required<Volume>, `${path}.${first}`, errors)
  for (const other of others) errors.forbidden(`${path}.${other}`, 'may not specify more than 1 volume type')
}

function validateItems(items: readonly KeyToPath[] | undefined, path: string, errors: FieldErrors): void {
  for (const [index, item] of (items ?? []).entries()) validateItem(item, `${path}[${index}]`, errors)
}
