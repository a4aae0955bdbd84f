import { inNamespace, podsPath, withQuery } from './api-paths.ts'
import type { Feature } from './backend.ts'
import { eventually } from './eventually.ts'
import { createPod, readPod, type StoredPod } from './pods-by-api.ts'
import type { RawAnswer, RawApi } from './raw-api.ts'
import { scriptedPod } from './scripted-pod.ts'
import { unboundPod } from './test-pod.ts'

/** Where a probe asks. */
export interface GapSubject {
  readonly api: RawApi
  readonly namespace: string
  /** The labels of the node that runs pods. */
  readonly nodeSelector: Readonly<Record<string, string>>
}

/** Something of Kubernetes that the dev cluster does not have. */
export interface Gap {
  /** What is missing, for people; it begins a line. */
  readonly missing: string
  /** What to do instead: a sentence. */
  readonly instead: string
  /** The feature of the suite that it is, where it is one. */
  readonly feature?: Feature
  /** Asks for it; what came of it in one line: the status, and what was said. */
  probe(subject: GapSubject): Promise<string>
  /** What the probe sees on each. */
  readonly seen: { readonly kubernetes: string; readonly devcluster: string }
}

/** Words in which the dev cluster refuses a resource that it does not serve. */
const notServed = (name: string) =>
  `404 the server could not find the requested resource: the dev cluster has no ${name}`

/** Nothing is stored. */
const dryRun = { dryRun: 'All' }

/** `201`, `201 with the warning "…"`, `404 message`. */
function said({ status, body, warnings }: RawAnswer): string {
  const [warning] = warnings
  if (warning !== undefined) return `${status} with the warning ${warning.replace('299 - ', '')}`
  const { kind, message } = (body ?? {}) as { kind?: string; message?: string }
  return kind === 'Status' && message !== undefined ? `${status} ${message}` : `${status}`
}

/** What it lacks, each with a probe that shows it: `devcluster-gaps.test.ts` runs them on both. */
export const devclusterGaps: readonly Gap[] = [
  {
    missing:
      'Resources beyond pods, nodes, namespaces, events, configmaps, secrets, serviceaccounts and resourcequotas, and their controllers; custom resources',
    instead: 'Create the pods yourself.',
    feature: 'otherResources',
    probe: async ({ api, namespace }) => {
      const labels = { app: 'x' }
      const template = { metadata: { labels }, spec: { containers: [{ name: 'base', image: 'busybox' }] } }
      const spec = { selector: { matchLabels: labels }, template }
      const path = withQuery(`/apis/apps/v1/namespaces/${namespace}/deployments`, dryRun)
      return said(await api.post(path, { metadata: { name: 'd' }, spec }))
    },
    seen: { kubernetes: '201', devcluster: notServed('deployments.apps') },
  },
  {
    missing: 'Server-side apply and `metadata.managedFields`',
    instead: 'Use `kubectl apply` without `--server-side`; a program sends a strategic merge patch.',
    feature: 'serverSideApply',
    probe: async ({ api, namespace }) => {
      const path = withQuery(inNamespace(namespace, 'configmaps', 'c'), { ...dryRun, fieldManager: 'probe' })
      return said(await api.patch(path, 'apply', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }))
    },
    seen: {
      kubernetes: '201',
      devcluster: '415 the dev cluster has no server-side apply: use kubectl apply without --server-side',
    },
  },
  {
    missing: '`exec`, `attach`, `port-forward`, `cp`, ephemeral containers and resizing of pods',
    instead: 'Let the container do it, and read its log.',
    probe: async ({ api, namespace }) => {
      await createPod(api, namespace, unboundPod('p'))
      return said(await api.post(withQuery(podsPath(namespace, 'p', 'exec'), { command: 'true', stdout: true }), ''))
    },
    // It is there, and this pod has nothing to run in.
    seen: { kubernetes: '400 pod p does not have a host assigned', devcluster: notServed('pods/exec') },
  },
  {
    missing: 'Tokens of service accounts; pods have none mounted',
    instead: 'Give a pod that needs the API a kubeconfig by a secret.',
    feature: 'serviceAccountTokens',
    probe: async ({ api, namespace }) =>
      said(await api.post(withQuery(inNamespace(namespace, 'serviceaccounts', 'default', 'token'), dryRun), {})),
    seen: { kubernetes: '201', devcluster: notServed('serviceaccounts/token') },
  },
  {
    missing: 'Users, roles and acting as another; one token opens everything',
    instead: 'Try permissions on a real cluster.',
    feature: 'roles',
    probe: async ({ api, namespace }) => {
      const answer = await api.get(podsPath(namespace), { headers: { 'impersonate-user': 'somebody' } })
      return said(answer).replace(namespace, 'NAMESPACE')
    },
    seen: {
      kubernetes:
        '403 pods is forbidden: User "somebody" cannot list resource "pods" in API group "" in the namespace "NAMESPACE"',
      devcluster: '403 users "somebody" is forbidden: the dev cluster has no users to act as',
    },
  },
  {
    missing:
      'Admission by webhooks, policies, limit ranges and pod security; disruption budgets; priority and runtime classes',
    instead: 'State in each pod what they would fill in; limit what runs at once by a resource quota.',
    probe: async ({ api, namespace }) => {
      const spec = { limits: [{ type: 'Container', max: { cpu: '1' } }] }
      const path = withQuery(inNamespace(namespace, 'limitranges'), dryRun)
      return said(await api.post(path, { metadata: { name: 'l' }, spec }))
    },
    seen: { kubernetes: '201', devcluster: notServed('limitranges') },
  },
  {
    missing: 'The garbage collector: owners and `propagationPolicy` have no effect',
    instead: 'Delete what belongs together by a label.',
    probe: async ({ api, namespace }) => {
      const configMaps = inNamespace(namespace, 'configmaps')
      const { body: owner } = await api.post<StoredPod>(configMaps, { metadata: { name: 'owner' } })
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid }]
      const created = await api.post(configMaps, { metadata: { name: 'owned', ownerReferences } })
      await api.delete(`${configMaps}/owner`)
      if (created.warnings.length > 0) return said(created)
      await eventually(async () => (await api.get(`${configMaps}/owned`)).status === 404)
      return '201, and gone with its owner'
    },
    seen: {
      kubernetes: '201, and gone with its owner',
      devcluster:
        '201 with the warning "the dev cluster has no garbage collector: metadata.ownerReferences has no effect"',
    },
  },
  {
    missing:
      'Probes, lifecycle hooks, security contexts, readiness gates, affinity between pods, topology spread, DNS settings',
    instead: 'Look for the warning: it names what is stored and not acted on.',
    probe: async ({ api, namespace }) => {
      const container = { livenessProbe: { exec: { command: ['true'] } }, securityContext: { runAsNonRoot: true } }
      const pod = unboundPod('p', { container, spec: { dnsConfig: { searches: ['example.com'] } } })
      return said(await api.post(withQuery(podsPath(namespace), dryRun), pod))
    },
    seen: {
      kubernetes: '201',
      devcluster:
        '201 with the warning "the dev cluster does not act on spec.dnsConfig, spec.containers[0].livenessProbe, spec.containers[0].securityContext"',
    },
  },
  {
    missing: 'Validation of resource claims, Windows options, and volumes of networks and clouds beside nfs and csi',
    instead: 'Check manifests with `kubectl apply --dry-run=server` on a real cluster.',
    probe: async ({ api, namespace }) => {
      const volumes = [{ name: 'v', iscsi: { targetPortal: '1.2.3.4', iqn: 'nobody', lun: 0 } }]
      return said(await api.post(withQuery(podsPath(namespace), dryRun), unboundPod('p', { spec: { volumes } })))
    },
    seen: {
      kubernetes:
        '422 Pod "p" is invalid: spec.volumes[0].iscsi.iqn: Invalid value: "nobody": must be valid format starting with iqn, eui, or naa',
      devcluster: '201',
    },
  },
  {
    missing: "A sum of what pods request: each alone is held against the node's size",
    instead: 'Limit what runs at once by a resource quota.',
    probe: async ({ api, namespace, nodeSelector }) => {
      const container = { resources: { requests: { cpu: '600' } } }
      const names = ['first', 'second']
      for (const name of names) {
        await createPod(api, namespace, scriptedPod(name, { hold: true }, { container, spec: { nodeSelector } }))
      }
      const scheduled = await eventually(async () => {
        const pods = await Promise.all(names.map((name) => readPod(api, namespace, name)))
        const states = pods.map((pod) => pod?.status.conditions?.find(({ type }) => type === 'PodScheduled')?.status)
        return states.every((state) => state !== undefined) && states
      })
      return `on a node with 1,000 cores, two pods that request 600 each are scheduled: ${scheduled.join(', ')}`
    },
    seen: {
      kubernetes: 'on a node with 1,000 cores, two pods that request 600 each are scheduled: True, False',
      devcluster: 'on a node with 1,000 cores, two pods that request 600 each are scheduled: True, True',
    },
  },
  {
    missing: 'Answers in protobuf, and compressed ones',
    feature: 'protobuf',
    instead: 'Name JSON behind it in `Accept`, as clients in Go do.',
    probe: async ({ api, namespace }) => {
      const { status, headers } = await api.get(podsPath(namespace), { accept: 'application/vnd.kubernetes.protobuf' })
      return `${status} ${headers['content-type']}`
    },
    seen: { kubernetes: '200 application/vnd.kubernetes.protobuf', devcluster: '406 application/json' },
  },
  {
    missing:
      "Texts that Go's libraries write: differences of structs, errors of YAML's parser; the order of problems in maps",
    instead: 'Read reasons and field paths.',
    probe: async ({ api, namespace }) => {
      const pod = await createPod(api, namespace, unboundPod('p'))
      const containers = pod.spec?.containers.map((container) => ({ ...container, command: ['true'] }))
      const { status, body } = await api.put<{ message: string }>(podsPath(namespace, 'p'), {
        ...pod,
        spec: { ...pod.spec, containers },
      })
      const difference = body.message.slice(body.message.indexOf('\n') + 1).trim()
      return `${status} ${difference.startsWith('@@') ? '@@ … @@ lines of Go structs' : difference}`
    },
    seen: {
      kubernetes: '422 @@ … @@ lines of Go structs',
      devcluster: '422 + spec.containers[0].command: ["true"]',
    },
  },
]
