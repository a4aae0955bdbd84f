import type { KubeObject } from '../../storage/kube-object.ts'
import type { VersionedStore } from '../../storage/versioned-store.ts'
import { partOf, type ResourceDefinition, textOf } from '../resources/resource-definition.ts'
import { forbidden, notFound } from '../status.ts'

/** The priority classes that every cluster has. There are no others here. */
const PRIORITY_CLASSES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
}

const PREEMPTION_POLICY = 'PreemptLowerPriority'

const IMMORTAL_NAMESPACES = ['default', 'kube-system', 'kube-public']

/**
 * What is decided about a new object by looking at others, before it is validated: its namespace must be there and stay,
 * a pod's service account must be there, its priority must be its class's.
 *
 * @throws {ApiError} 404, 403
 */
export function admitCreate(store: VersionedStore, resource: ResourceDefinition, object: KubeObject): KubeObject {
  const { namespace } = object.metadata
  const name = shownName(object)
  if (resource.namespaced && namespace !== undefined) admitInNamespace(store, resource, name, namespace)
  return resource.plural === 'pods' && resource.group === '' ? admitPod(store, resource, object) : object
}

/** What refusals call an object, before a name is generated. */
function shownName({ metadata: { name, generateName } }: KubeObject): string {
  return name || generateName || 'Unknown'
}

/** @throws {ApiError} 403 for the namespaces that a cluster cannot be without */
export function admitDelete(resource: ResourceDefinition, name: string): void {
  if (resource.plural === 'namespaces' && IMMORTAL_NAMESPACES.includes(name)) {
    throw forbidden(resource, name, 'this namespace may not be deleted')
  }
}

function admitInNamespace(store: VersionedStore, resource: ResourceDefinition, name: string, namespace: string): void {
  const found = store.get('namespaces', undefined, namespace)
  if (!found) throw notFound({ group: '', plural: 'namespaces' }, namespace)
  if (found.metadata.deletionTimestamp === undefined) return
  throw forbidden(
    resource,
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  )
}

function admitPod(store: VersionedStore, resource: ResourceDefinition, pod: KubeObject): KubeObject {
  const { namespace } = pod.metadata
  const name = shownName(pod)
  const refuse = (why: string) => forbidden(resource, name, why)
  const account = textOf(pod, 'spec', 'serviceAccountName') || textOf(pod, 'spec', 'serviceAccount') || 'default'
  if (!store.get('serviceaccounts', namespace, account)) {
    throw refuse(`error looking up service account ${namespace}/${account}: serviceaccount "${account}" not found`)
  }
  const { priority, preemptionPolicy } = priorityOf(pod, refuse)
  // There are no runtime classes, so every one is missing.
  const runtimeClass = textOf(pod, 'spec', 'runtimeClassName')
  if (runtimeClass !== '') throw refuse(`pod rejected: RuntimeClass "${runtimeClass}" not found`)
  const spec = pod.spec as object | undefined
  return { ...pod, spec: { containers: [], ...spec, serviceAccountName: account, priority, preemptionPolicy } }
}

/** What is decided about a new object once it is known to be valid. @throws {ApiError} 403 */
export function admitValid(resource: ResourceDefinition, object: KubeObject): void {
  if (resource.plural !== 'pods' || partOf(object, 'spec', 'overhead') === undefined) return
  const why = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead'
  throw forbidden(resource, shownName(object), why)
}

/** What the priority of a pod is by its class. */
function priorityOf(pod: KubeObject, refuse: (why: string) => Error) {
  const className = textOf(pod, 'spec', 'priorityClassName')
  const priority = className === '' ? 0 : PRIORITY_CLASSES[className]
  if (priority === undefined) throw refuse(`no PriorityClass with name ${className} was found`)
  const wanted = partOf(pod, 'spec', 'priority')
  if (wanted !== undefined && wanted !== priority) {
    throw refuse(
      `the integer value of priority (${wanted}) must not be provided in pod spec; priority admission controller computed ${priority} from the given PriorityClass name`,
    )
  }
  const policy = partOf(pod, 'spec', 'preemptionPolicy')
  if (policy !== undefined && policy !== PREEMPTION_POLICY) {
    throw refuse(
      `the string value of PreemptionPolicy (${policy}) must not be provided in pod spec; priority admission controller computed ${PREEMPTION_POLICY} from the given PriorityClass name`,
    )
  }
  return { priority, preemptionPolicy: PREEMPTION_POLICY }
}
