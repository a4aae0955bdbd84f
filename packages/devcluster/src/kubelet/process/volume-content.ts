import type {
  ConfigMap,
  DownwardAPIVolumeFile,
  KeyToPath,
  Secret,
  Volume,
  VolumeProjection,
} from 'kubernetes-types/core/v1.d.ts'
import { VolumeSetupError } from '../container-runtime.ts'
import { downwardField, downwardResource } from '../downward-api.ts'
import type { EnvironmentSources } from '../environment.ts'

/** One file of a volume; `mode` as of chmod. */
export interface VolumeFile {
  readonly data: Uint8Array
  readonly mode: number
}

/** What a volume is: an empty folder, files that cannot be written to, or a path of the machine. */
export type VolumeContent =
  | { readonly kind: 'empty' }
  | { readonly kind: 'files'; readonly files: ReadonlyMap<string, VolumeFile> }
  | { readonly kind: 'host'; readonly path: string; readonly type: string }

const DEFAULT_MODE = 0o644

/**
 * What is in a volume of a pod. Content is taken once, at the pod's start: later changes of a map or secret do not reach
 * it.
 * @throws {VolumeSetupError} with the kubelet's text: something is missing, or the volume is of a kind that is not there.
 */
export function volumeContent(volume: Volume, sources: EnvironmentSources): VolumeContent {
  try {
    return contentOf(volume, sources)
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error)
    throw new VolumeSetupError(`MountVolume.SetUp failed for volume "${volume.name}" : ${detail}`, { cause: error })
  }
}

function contentOf(volume: Volume, sources: EnvironmentSources): VolumeContent {
  if (volume.emptyDir) return { kind: 'empty' }
  if (volume.hostPath) return { kind: 'host', path: volume.hostPath.path, type: volume.hostPath.type ?? '' }
  if (volume.configMap) {
    const { name, items, optional, defaultMode = DEFAULT_MODE } = volume.configMap
    return { kind: 'files', files: configMapFiles({ name, items, optional }, defaultMode, sources) }
  }
  if (volume.secret) {
    const { secretName: name, items, optional, defaultMode = DEFAULT_MODE } = volume.secret
    return { kind: 'files', files: secretFiles({ name, items, optional }, defaultMode, sources) }
  }
  if (volume.downwardAPI) {
    const { items = [], defaultMode = DEFAULT_MODE } = volume.downwardAPI
    return { kind: 'files', files: downwardFiles(items, defaultMode, sources) }
  }
  if (volume.projected) {
    const { sources: parts, defaultMode = DEFAULT_MODE } = volume.projected
    const projected = (parts ?? []).map((part) => projectedFiles(part, defaultMode, sources))
    return { kind: 'files', files: new Map(projected.flatMap((files) => [...files])) }
  }
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'unknown'
  throw new Error(
    `the dev cluster has no ${kind} volumes; it has emptyDir, configMap, secret, downwardAPI, projected and hostPath`,
  )
}

interface MapSource {
  readonly name: string | undefined
  readonly items: readonly KeyToPath[] | undefined
  readonly optional: boolean | undefined
}

function configMapFiles(source: MapSource, mode: number, sources: EnvironmentSources): Map<string, VolumeFile> {
  const map: ConfigMap | undefined = sources.configMap(source.name ?? '')
  if (!map && !source.optional) throw new Error(`configmap "${source.name}" not found`)
  const texts = Object.entries(map?.data ?? {}).map(([key, text]) => [key, Buffer.from(text)] as const)
  const binary = Object.entries(map?.binaryData ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const)
  return pickItems(new Map([...texts, ...binary]), source, mode, 'configmap references non-existent config key')
}

function secretFiles(source: MapSource, mode: number, sources: EnvironmentSources): Map<string, VolumeFile> {
  const secret: Secret | undefined = sources.secret(source.name ?? '')
  if (!secret && !source.optional) throw new Error(`secret "${source.name}" not found`)
  const data = Object.entries(secret?.data ?? {}).map(([key, text]) => [key, Buffer.from(text, 'base64')] as const)
  return pickItems(new Map(data), source, mode, 'references non-existent secret key')
}

function pickItems(
  data: ReadonlyMap<string, Uint8Array>,
  { items, optional }: MapSource,
  defaultMode: number,
  problem: string,
): Map<string, VolumeFile> {
  if (!items?.length) return new Map([...data].map(([key, bytes]) => [key, { data: bytes, mode: defaultMode }]))
  const files = new Map<string, VolumeFile>()
  for (const { key, path, mode = defaultMode } of items) {
    const bytes = data.get(key)
    if (bytes) files.set(path, { data: bytes, mode })
    else if (!optional) throw new Error(`${problem}: ${key}`)
  }
  return files
}

function downwardFiles(
  items: readonly DownwardAPIVolumeFile[],
  defaultMode: number,
  { downward }: EnvironmentSources,
): Map<string, VolumeFile> {
  return new Map(
    items.map(({ path, fieldRef, resourceFieldRef, mode = defaultMode }) => {
      const field = fieldRef ? downwardField(downward, fieldRef.fieldPath) : undefined
      const text = field ?? (resourceFieldRef ? downwardResource(downward, resourceFieldRef) : '')
      return [path, { data: Buffer.from(text), mode }]
    }),
  )
}

function projectedFiles(
  part: VolumeProjection,
  defaultMode: number,
  sources: EnvironmentSources,
): Map<string, VolumeFile> {
  if (part.configMap) {
    const { name, items, optional } = part.configMap
    return configMapFiles({ name, items, optional }, defaultMode, sources)
  }
  if (part.secret) {
    const { name, items, optional } = part.secret
    return secretFiles({ name, items, optional }, defaultMode, sources)
  }
  if (part.downwardAPI) return downwardFiles(part.downwardAPI.items ?? [], defaultMode, sources)
  throw new Error(
    `the dev cluster projects configMap, secret and downwardAPI, not ${Object.keys(part).join(', ') || 'nothing'}`,
  )
}
