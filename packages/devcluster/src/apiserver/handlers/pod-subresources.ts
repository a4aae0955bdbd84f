import type { KubeObject, ObjectMetadata } from '../../storage/kube-object.ts'
import { goQuoted } from '../go-text.ts'
import { checkedDeleteOptions, type GivenDeleteOptions } from '../http/delete-options.ts'
import type { Exchange } from '../http/exchange.ts'
import { type ExpectedKind, readObject } from '../http/object-body.ts'
import { bodyMediaType, readBody } from '../http/request-body.ts'
import { readWriteOptions } from '../http/write-options.ts'
import { checkPreconditions, checkStoredPreconditions, invalidStored } from '../registry/preconditions.ts'
import { boundPod, evictedPod } from '../resources/pod/pod-conditions.ts'
import { partOf, type ResourceDefinition, textOf } from '../resources/resource-definition.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { badRequest, conflict, notFound, success, unreasoned } from '../status.ts'

const BINDING: ExpectedKind = { kind: 'Binding', group: '', version: 'v1', typeName: 'Binding' }
const EVICTION: ExpectedKind = {
  kind: 'Eviction',
  group: 'policy',
  version: 'v1',
  typeName: 'Eviction',
  alsoVersions: ['policy/v1beta1'],
}

/** POST of a Binding: what a scheduler does. */
export async function handleBinding(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm({ hasTable: false })
  bodyMediaType(exchange.header('content-type'))
  const body = await readBody(exchange.request)
  const { dryRun, fieldValidation } = readWriteOptions(exchange.query, 'CreateOptions')
  const read = readObject(context.types, BINDING, body, exchange.header('content-type'), fieldValidation)
  exchange.warn(read.warnings)
  requireNamespace(context, target, read.object)
  requireName(target, read.object, 'Binding')
  const { object } = read
  checkTarget(object)
  const { resource, namespace, name } = target
  const current = context.registry.get(resource, namespace, name)
  checkBindable(resource, current, object.metadata, dryRun)
  const { labels, annotations } = object.metadata
  const node = textOf(object, 'target', 'name')
  const bound = boundPod(current, node, context.clock.now(), { labels, annotations })
  context.registry.replace(resource, current, bound, dryRun)
  exchange.sendJson(201, JSON.stringify(success(undefined, 201)), { format: form.format, pretty: form.pretty })
}

/** Kubernetes has no place for what is wrong with a target, and says that it failed itself. */
function checkTarget(binding: KubeObject): void {
  const kind = textOf(binding, 'target', 'kind')
  const problems = [
    ...(kind === '' || kind === 'Node'
      ? []
      : [`target.kind: Unsupported value: ${goQuoted(kind)}: supported values: "Node", "<empty>"`]),
    ...(textOf(binding, 'target', 'name') === '' ? ['target.name: Required value'] : []),
  ]
  if (problems.length > 0) throw unreasoned(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`)
}

function checkBindable(resource: ResourceDefinition, pod: KubeObject, given: ObjectMetadata, dryRun: boolean): void {
  const { namespace, name, deletionTimestamp } = pod.metadata
  const { uid = '', resourceVersion = '' } = given
  const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) }
  const storage = invalidStored(`/${resource.plural}/${namespace}/${name}`, dryRun)
  checkStoredPreconditions(resource, pod, { preconditions }, storage)
  const refuse = (why: string) => conflict({ group: '', plural: 'pods/binding' }, name, `pod ${name} ${why}`)
  if (deletionTimestamp) throw refuse('is being deleted, cannot be assigned to a host')
  const nodeName = textOf(pod, 'spec', 'nodeName')
  if (nodeName !== '') throw refuse(`is already assigned to node "${nodeName}"`)
  if (partOf(pod, 'spec', 'schedulingGates') !== undefined) throw refuse('has non-empty .spec.schedulingGates')
}

/** What is posted to a pod is a creation, and needs its namespace before it needs the pod. */
function requireNamespace({ registry }: ServerContext, { namespace }: Target, { metadata }: KubeObject): void {
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (namespace === undefined || registry.store.get('namespaces', undefined, namespace)) return
  throw notFound({ group: '', plural: 'namespaces' }, namespace)
}

/** @throws {ApiError} 400 */
function requireName({ name }: Target, { metadata }: KubeObject, kind: string): void {
  if (metadata.name !== name) throw badRequest(`name in URL does not match name in ${kind} object`)
}

/** POST of an Eviction. There are no disruption budgets here, so it is a deletion. */
export async function handleEviction(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm({ hasTable: false })
  bodyMediaType(exchange.header('content-type'))
  const body = await readBody(exchange.request)
  const { dryRun, fieldValidation } = readWriteOptions(exchange.query, 'CreateOptions')
  const read = readObject(context.types, EVICTION, body, exchange.header('content-type'), fieldValidation)
  exchange.warn(read.warnings)
  const { object } = read
  const { resource, namespace, name } = target
  requireNamespace(context, target, object)
  requireName(target, object, 'Eviction')
  const given = (object.deleteOptions ?? {}) as GivenDeleteOptions
  const askedDryRun = exchange.query.getAll('dryRun')
  const givenDryRun = given.dryRun ?? []
  if (askedDryRun.length > 0 && givenDryRun.length > 0 && askedDryRun.join() !== givenDryRun.join()) {
    throw unreasoned(
      `Non-matching dry-run options in request and content: [${askedDryRun.join(' ')}] and [${givenDryRun.join(' ')}]`,
    )
  }
  const isDryRun = dryRun || givenDryRun.length > 0
  const current = context.registry.get(resource, namespace, name)
  checkPreconditions(resource, current, given)
  const mark = (pod: KubeObject) => evictedPod(pod, context.clock.now())
  if (!isDryRun) context.registry.update(resource, namespace, name, mark, { subresource: 'status' })
  // Only now does anybody look at these, and the mark stays.
  const { preconditions: _, ...options } = checkedDeleteOptions(given)
  context.registry.delete(resource, namespace, name, { ...options, dryRun: isDryRun })
  exchange.sendJson(201, JSON.stringify(success(undefined, 201)), { format: form.format, pretty: form.pretty })
}
