import { hasLatestTag } from '../../../kubelet/image-name.ts'
import type { Volume } from './pod-spec.ts'

type DownwardItems = NonNullable<NonNullable<Volume['downwardAPI']>['items']>
type Projected = NonNullable<Volume['projected']>

const FILE_MODE = 0o644
const TOKEN_SECONDS = 3600

/** What a volume says when its author does not (Kubernetes: SetDefaults_Volume and its kin). */
export function defaultVolume(volume: Volume): Volume {
  const { name, ...sources } = volume
  if (Object.keys(sources).length === 0) return { name, emptyDir: {} }
  const { hostPath, secret, configMap, downwardAPI, projected, image } = volume
  return {
    ...volume,
    ...(hostPath && { hostPath: { ...hostPath, type: hostPath.type ?? '' } }),
    ...(secret && { secret: withMode(secret) }),
    ...(configMap && { configMap: withMode(configMap) }),
    ...(downwardAPI && { downwardAPI: withMode({ ...downwardAPI, ...defaultItems(downwardAPI.items) }) }),
    ...(projected && { projected: withMode(defaultProjected(projected)) }),
    ...(image && {
      image: {
        ...image,
        pullPolicy: image.pullPolicy || (hasLatestTag(image.reference ?? '') ? 'Always' : 'IfNotPresent'),
      },
    }),
  }
}

function withMode<Source extends { readonly defaultMode?: number }>(source: Source): Source {
  return { ...source, defaultMode: source.defaultMode ?? FILE_MODE }
}

function defaultProjected(projected: Projected): Projected {
  return {
    ...projected,
    ...(projected.sources && {
      sources: projected.sources.map((source) => {
        const { downwardAPI, serviceAccountToken: token } = source
        return {
          ...source,
          ...(downwardAPI && { downwardAPI: defaultItems(downwardAPI.items) }),
          ...(token && {
            serviceAccountToken: { ...token, expirationSeconds: token.expirationSeconds ?? TOKEN_SECONDS },
          }),
        }
      }),
    }),
  }
}

function defaultItems(items: DownwardItems | undefined): { items?: DownwardItems } {
  if (!items) return {}
  const withVersion = (item: DownwardItems[number]) =>
    item.fieldRef && !item.fieldRef.apiVersion ? { ...item, fieldRef: { ...item.fieldRef, apiVersion: 'v1' } } : item
  return { items: items.map(withVersion) }
}
