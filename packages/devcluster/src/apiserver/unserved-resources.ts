import type { RequestInfo } from './http/request-info.ts'
import { RESOURCES } from './resource-registry.ts'
import { ApiError, qualifiedName } from './status.ts'

/** What Kubernetes has in the groups that are served here, beyond what is served. */
const UNSERVED = [
  'bindings',
  'componentstatuses',
  'endpoints',
  'limitranges',
  'persistentvolumeclaims',
  'persistentvolumes',
  'podtemplates',
  'replicationcontrollers',
  'services',
  'localsubjectaccessreviews.authorization.k8s.io',
  'selfsubjectrulesreviews.authorization.k8s.io',
  'subjectaccessreviews.authorization.k8s.io',
  'tokenreviews.authentication.k8s.io',
  'nodes/proxy',
  'pods/attach',
  'pods/ephemeralcontainers',
  'pods/exec',
  'pods/portforward',
  'pods/proxy',
  'pods/resize',
  'serviceaccounts/token',
]
/** Kubernetes' own groups; all newer ones end alike. */
const GROUP = /^(apps|autoscaling|batch|extensions|policy)$|\.k8s\.io$/

/**
 * 404 as for what nobody has, but whoever asks for what Kubernetes has is told where he is; undefined for what Kubernetes
 * has not either.
 */
export function unservedResource({
  group,
  resource: plural,
  subresource,
}: Pick<RequestInfo, 'group' | 'resource' | 'subresource'>): ApiError | undefined {
  const resource = qualifiedName({ group, plural })
  const isOfOtherGroup = plural !== '' && GROUP.test(group) && !RESOURCES.some((served) => served.group === group)
  const names = [resource, `${resource}/${subresource}`]
  const name = isOfOtherGroup ? resource : names.find((one) => UNSERVED.includes(one))
  if (name === undefined) return undefined
  return new ApiError(404, {
    message: `the server could not find the requested resource: the dev cluster has no ${name}`,
    reason: 'NotFound',
    details: {},
  })
}
