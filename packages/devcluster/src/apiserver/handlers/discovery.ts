import type { Exchange } from '../http/exchange.ts'
import { acceptsAggregatedDiscovery } from '../http/negotiation.ts'
import { apiVersionOf, RESOURCES } from '../resource-registry.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'

/** The version that clients are told: that of the Kubernetes whose behaviour is imitated. */
const VERSION = {
  major: '1',
  minor: '36',
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

/** Paths that tell what the API has. Undefined for any other path. */
export function discoveryDocument(exchange: Exchange, path: string, address: string): object | undefined {
  const isAggregated = acceptsAggregatedDiscovery(exchange.header('accept'))
  if (path === '/version') return VERSION
  if (path === '/') return { paths: rootPaths() }
  if (path === '/api') return isAggregated ? aggregated(['']) : apiVersions(address)
  if (path === '/apis') return isAggregated ? aggregated(groups()) : groupList(groups())
  for (const group of groups())
    if (path === `/apis/${group}`) return { kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) }
  for (const groupVersion of new Set(RESOURCES.map(apiVersionOf))) {
    const root = groupVersion.includes('/') ? '/apis' : '/api'
    if (path === `${root}/${groupVersion}`) return resourceList(groupVersion)
  }
  return undefined
}

/** The media type of an answer to `/api` and `/apis`. */
export function discoveryMediaType(exchange: Exchange, path: string): string {
  return (path === '/api' || path === '/apis') && acceptsAggregatedDiscovery(exchange.header('accept'))
    ? 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'
    : 'application/json'
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

function groupList(groups: readonly string[]) {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) }
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
    ...resource.subresources.map((name) => {
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
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }
}

function subresource(resource: ResourceDefinition, name: string): Subresource {
  return SUBRESOURCES[`${resource.plural}/${name}`] ?? { kind: resource.kind, verbs: STATUS_VERBS }
}

/** Everything of the groups in one document. */
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
          (resource) => ({
            resource: resource.plural,
            responseKind: { group, version, kind: resource.kind },
            scope: resource.namespaced ? 'Namespaced' : 'Cluster',
            singularResource: resource.singular,
            verbs: resource.verbs,
            ...(resource.shortNames.length > 0 && { shortNames: resource.shortNames }),
            ...(resource.categories && { categories: resource.categories }),
            subresources: resource.subresources.map((name) => {
              const {
                kind,
                verbs,
                group: kindGroup = group,
                version: kindVersion = version,
              } = subresource(resource, name)
              return { subresource: name, responseKind: { group: kindGroup, version: kindVersion, kind }, verbs }
            }),
          }),
        ),
        freshness: 'Current',
      })),
    })),
  }
}
