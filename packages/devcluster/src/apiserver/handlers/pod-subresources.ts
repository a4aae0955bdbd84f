import type { KubeObject } from '../../storage/kube-object.ts'
import type { Pod } from '../../types.ts'
import { goQuoted } from '../go-text.ts'
import { checkedDeleteOptions, type GivenDeleteOptions } from '../http/delete-options.ts'
import type { Exchange } from '../http/exchange.ts'
import { type ExpectedKind, readObject } from '../http/object-body.ts'
import { bodyMediaType, readBody } from '../http/request-body.ts'
import { readWriteOptions } from '../http/write-options.ts'
import { checkPreconditions } from '../registry/preconditions.ts'
import { boundPod, evictedPod } from '../resources/pod/pod-conditions.ts'
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

const IDENTITY = [
  ['uid', 'UID'],
  ['resourceVersion', 'ResourceVersion'],
] as const

/** POST of a Binding: what a scheduler does. */
export async function handleBinding(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm({ hasTable: false })
  bodyMediaType(exchange.header('content-type'))
  const body = await readBody(exchange.request)
  const { dryRun, fieldValidation } = readWriteOptions(exchange.query, 'CreateOptions')
  const read = readObject(context.types, BINDING, body, exchange.header('content-type'), fieldValidation)
  exchange.warn(read.warnings)
  requireNamespace(context, target, read.object)
  if (read.object.metadata.name !== target.name) {
    throw badRequest('name in URL does not match name in Binding object')
  }
  const { kind = '', name: node = '' } = (read.object.target ?? {}) as { kind?: string; name?: string }
  const problems = [
    ...(kind === '' || kind === 'Node'
      ? []
      : [`target.kind: Unsupported value: ${goQuoted(kind)}: supported values: "Node", "<empty>"`]),
    ...(node === '' ? ['target.name: Required value'] : []),
  ]
  if (problems.length > 0) throw unreasoned(problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]`)
  const { resource, namespace, name } = target
  const current = context.registry.get(resource, namespace, name)
  checkIdentity(read.object, current, target)
  const { spec, metadata } = current as unknown as Pod
  const bindings = { group: '', plural: 'pods/binding' }
  if (metadata?.deletionTimestamp) {
    throw conflict(bindings, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  }
  if (spec?.nodeName) throw conflict(bindings, name, `pod ${name} is already assigned to node "${spec.nodeName}"`)
  if (spec?.schedulingGates?.length) throw conflict(bindings, name, `pod ${name} has non-empty .spec.schedulingGates`)
  const labelled = withBindingMetadata(current, read.object)
  context.registry.replace(resource, current, boundPod(labelled, node, context.clock.now()), dryRun)
  exchange.sendJson(201, JSON.stringify(success(undefined, 201)), { format: form.format, pretty: form.pretty })
}

/** A binding that names a uid or a version means that very pod. */
function checkIdentity({ metadata }: KubeObject, current: KubeObject, { resource, namespace, name }: Target): void {
  for (const [field, called] of IDENTITY) {
    const wanted = metadata[field]
    if (!wanted || wanted === current.metadata[field]) continue
    throw conflict(
      resource,
      name,
      `StorageError: invalid object, Code: 4, Key: /registry/pods/${namespace}/${name}, ResourceVersion: 0, AdditionalErrorMsg: ` +
        `Precondition failed: ${called} in precondition: ${wanted}, ${called} in object meta: ${current.metadata[field]}`,
    )
  }
}

/** A pod with the labels and annotations of its binding. */
function withBindingMetadata(pod: KubeObject, { metadata: { labels, annotations } }: KubeObject): KubeObject {
  const { metadata } = pod
  return {
    ...pod,
    metadata: {
      ...metadata,
      ...(labels && { labels: { ...metadata.labels, ...labels } }),
      ...(annotations && { annotations: { ...metadata.annotations, ...annotations } }),
    },
  }
}

/** What is posted to a pod is a creation, and needs its namespace before it needs the pod. */
function requireNamespace({ registry }: ServerContext, { namespace }: Target, { metadata }: KubeObject): void {
  if (metadata.namespace && metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (namespace === undefined || registry.store.get('namespaces', undefined, namespace)) return
  throw notFound({ group: '', plural: 'namespaces' }, namespace)
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
  if (object.metadata.name !== name) throw badRequest('name in URL does not match name in Eviction object')
  const given = (object.deleteOptions ?? {}) as GivenDeleteOptions
  const askedDryRun = exchange.query.getAll('dryRun')
  const givenDryRun = given.dryRun ?? []
  if (askedDryRun.length > 0 && givenDryRun.length > 0 && askedDryRun.join() !== givenDryRun.join()) {
    throw unreasoned(
      `Non-matching dry-run options in request and content: [${askedDryRun.join(' ')}] and [${givenDryRun.join(' ')}]`,
    )
  }
  const current = context.registry.get(resource, namespace, name)
  const options = checkedDeleteOptions(given)
  const isDryRun = dryRun || options.dryRun === true
  checkPreconditions(resource, current, options)
  const mark = (pod: KubeObject) => evictedPod(pod, context.clock.now())
  context.registry.update(resource, namespace, name, mark, { subresource: 'status', dryRun: isDryRun })
  const { preconditions: _, ...rest } = options
  context.registry.delete(resource, namespace, name, { ...rest, dryRun: isDryRun })
  exchange.sendJson(201, JSON.stringify(success(undefined, 201)), { format: form.format, pretty: form.pretty })
}
