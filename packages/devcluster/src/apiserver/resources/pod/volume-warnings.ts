import type { Volume } from './pod-spec.ts'

type Source = NonNullable<NonNullable<Volume['projected']>['sources']>[number]

/** A file of a volume, and out of what it is made. */
interface VolumeFile {
  readonly path: string
  readonly source: string
}

/** What is said of volumes whose files are in each other's place (Kubernetes: warningsForOverlappingVirtualPaths). */
export function volumeWarnings(volumes: readonly Volume[]): readonly string[] {
  return volumes.flatMap(({ name, configMap, secret, downwardAPI, projected }) => [
    ...overlaps(`volume "${name}" (ConfigMap "${configMap?.name ?? ''}")`, filesOf(configMap?.items)),
    ...overlaps(`volume "${name}" (Secret "${secret?.secretName ?? ''}")`, filesOf(secret?.items)),
    ...overlaps(`volume "${name}" (DownwardAPI)`, filesOf(downwardAPI?.items)),
    ...(projected?.sources ?? [])
      .filter((source) => Object.keys(source).length === 0)
      .map(() => `volume "${name}" (Projected) has no sources provided`),
    ...overlaps(`volume "${name}" (Projected)`, (projected?.sources ?? []).flatMap(projectedFiles)),
  ])
}

function filesOf(items: readonly { readonly path?: string }[] = [], source = ''): readonly VolumeFile[] {
  return items.map(({ path = '' }) => ({ path: path.replace(/\/+$/, ''), source }))
}

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken: token }: Source): readonly VolumeFile[] {
  if (configMap?.items) return filesOf(configMap.items, ` (ConfigMap "${configMap.name}")`)
  if (secret?.items) return filesOf(secret.items, ` (Secret "${secret.name}")`)
  if (downwardAPI) return filesOf(downwardAPI.items, ' (DownwardAPI)')
  return token ? filesOf([token], ' (ServiceAccountToken)') : []
}

function overlaps(volume: string, files: readonly VolumeFile[]): readonly string[] {
  const shown = ({ path, source }: VolumeFile) => `"${path}"${source}`
  return files.flatMap((file, index) =>
    files
      .slice(0, index)
      .filter(({ path }) => `${path}/`.startsWith(`${file.path}/`) || `${file.path}/`.startsWith(`${path}/`))
      .map((other) => `${volume}: overlapping paths: ${shown(file)} with ${shown(other)}`),
  )
}
