import type { Exchange } from '../http/exchange.ts'
import { negotiateDiscovery, type OutputForm } from '../http/negotiation.ts'
import { apiVersionOf, RESOURCES } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'

/** The version that clients are told: that of the Kubernetes whose behaviour is imitated. */
const VERSION = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.3+davit',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'linux/amd64',
}

interface Subresource {
  readonly kind: string
  readonly verbs: readonly string[]
  readonly group?: string
  readonly version?: string
}

const SUBRESOURCES: Readonly<Record<string, Subresource>> = {
  'pods/binding': { kind: 'Binding', verbs: ['create'] },
  'pods/eviction': { kind: 'Eviction', verbs: ['create'], group: 'policy', version: 'v1' },
  'pods/log': { kind: 'Pod', verbs: ['get'] },
  'namespaces/finalize': { kind: 'Namespace', verbs: ['update'] },
}
const STATUS_VERBS = ['get', 'patch', 'update']

/** Whether a path tells what the API has. */
export function isDiscoveryPath(path: string): boolean {
  return path === '/version' || plainDocument(path, '') !== undefined
}

/** A document and the form in which it is sent. */
export interface DiscoveryAnswer {
  readonly document: object
  readonly mediaType: string
  readonly form: OutputForm
}

/**
 * Answers for the paths that tell what the API has; undefined for any other path.
 *
 * @throws {ApiError} 406
 */
export function discoveryAnswer(exchange: Exchange, path: string, address: string): DiscoveryAnswer | undefined {
  if (path === '/version') return asJson(VERSION)
  if (path === '/') return asJson({ paths: rootPaths() })
  const document = plainDocument(path, address)
  if (!document) return undefined
  const format = negotiateDiscovery(exchange.header('accept'), path)
  if (format !== 'aggregated') {
    return { document, mediaType: `application/${format}`, form: { format, pretty: false } }
  }
  return {
    document: aggregated(path === '/api' ? [''] : groups()),
    mediaType: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    form: { format: 'json', pretty: false },
  }
}

function asJson(document: object): DiscoveryAnswer {
  return { document, mediaType: 'application/json', form: { format: 'json', pretty: true } }
}

function plainDocument(path: string, address: string): object | undefined {
  if (path === '/api') return apiVersions(address)
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(apiGroup) }
  const group = groups().find((name) => path === `/apis/${name}`)
  if (group !== undefined) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) }
  const served = RESOURCES.map(apiVersionOf).find((one) => path === `${one.includes('/') ? '/apis' : '/api'}/${one}`)
  return served === undefined ? undefined : resourceList(served)
}

function rootPaths(): string[] {
  return [
    '/api',
    '/api/v1',
    '/apis',
    ...groups().flatMap((group) => [
      `/apis/${group}`,
      ...versionsOf(group).map((version) => `/apis/${group}/${version}`),
    ]),
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ]
}

/** All but the core's. */
function groups(): string[] {
  return [...new Set(RESOURCES.map(({ group }) => group))].filter((group) => group !== '')
}

function apiVersions(address: string) {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  }
}

function versionsOf(group: string): string[] {
  return [...new Set(RESOURCES.filter((resource) => resource.group === group).map(({ version }) => version))]
}

function apiGroup(group: string) {
  const versions = versionsOf(group).map((version) => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions, preferredVersion: versions[0] }
}

function resourceList(groupVersion: string) {
  const resources = RESOURCES.filter((resource) => apiVersionOf(resource) === groupVersion).flatMap((resource) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: resource.verbs,
      ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
      ...(resource.categories && { categories: resource.categories }),
    },
    ...sortedSubresources(resource).map((name) => {
      const { kind, verbs, group, version } = subresource(resource, name)
      return {
        name: `${resource.plural}/${name}`,
        singularName: '',
        namespaced: resource.namespaced,
        ...(group !== undefined && { group, version }),
        kind,
        verbs,
      }
    }),
  ])
  // Kubernetes tells the version of this kind in all groups but the core.
  const isCore = !groupVersion.includes('/')
  return { kind: 'APIResourceList', ...(!isCore && { apiVersion: 'v1' }), groupVersion, resources }
}

function sortedSubresources({ subresources }: ResourceDefinition): readonly string[] {
  return subresources.toSorted()
}

function subresource(resource: ResourceDefinition, name: string): Subresource {
  return SUBRESOURCES[`${resource.plural}/${name}`] ?? { kind: resource.kind, verbs: STATUS_VERBS }
}

/** Everything of the groups in one document. Kinds of a resource's own group are told without it. */
function aggregated(groups: readonly string[]) {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: versionsOf(group).map((version) => ({
        version,
        resources: RESOURCES.filter((resource) => resource.group === group && resource.version === version).map(
          aggregatedResource,
        ),
        freshness: 'Current',
      })),
    })),
  }
}

function aggregatedResource(resource: ResourceDefinition) {
  const subresources = sortedSubresources(resource).map((name) => {
    const { kind, verbs, group = '', version = '' } = subresource(resource, name)
    return { subresource: name, responseKind: { group, version, kind }, verbs }
  })
  return {
    resource: resource.plural,
    responseKind: { group: '', version: '', kind: resource.kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: resource.verbs,
    ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
    ...(resource.categories && { categories: resource.categories }),
    ...(subresources.length > 0 && { subresources }),
  }
}
