import { hasLatestTag } from '../../../kubelet/image-name.ts'
import { roundedUpToMillis } from '../../schema/quantity.ts'
import type { Container, PodSpec, Toleration } from './pod-spec.ts'
import { defaultVolume } from './volume-defaults.ts'

type Probe = NonNullable<Container['livenessProbe']>
type HttpGet = NonNullable<Probe['httpGet']>
type Lifecycle = NonNullable<Container['lifecycle']>

const GRACE_SECONDS = 30

/** What a pod's spec says when its author does not (Kubernetes: SetDefaults_PodSpec and its kin). */
export function defaultPodSpec(spec: PodSpec): PodSpec {
  const grace = spec.terminationGracePeriodSeconds ?? GRACE_SECONDS
  const serviceAccount = spec.serviceAccountName || spec.serviceAccount
  return {
    ...spec,
    ...(spec.volumes && { volumes: spec.volumes.map(defaultVolume) }),
    ...(spec.initContainers && {
      initContainers: spec.initContainers.map((container) => defaultContainer(container, spec)),
    }),
    containers: (spec.containers ?? []).map((container) => defaultContainer(container, spec)),
    restartPolicy: spec.restartPolicy || 'Always',
    terminationGracePeriodSeconds: grace < 0 ? 1 : grace,
    dnsPolicy: spec.dnsPolicy || 'ClusterFirst',
    ...(serviceAccount && { serviceAccountName: serviceAccount, serviceAccount }),
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName || 'default-scheduler',
    enableServiceLinks: spec.enableServiceLinks ?? true,
  }
}

/** A pod stays five minutes on a node in trouble (admission: DefaultTolerationSeconds). */
export function withDefaultTolerations(spec: PodSpec): PodSpec {
  const { tolerations = [] } = spec
  const wanted = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
  const tolerates = (key: string) =>
    tolerations.some(
      (toleration) =>
        (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect),
    )
  const added: Toleration[] = wanted
    .filter((key) => !tolerates(key))
    .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
  return { ...spec, tolerations: [...tolerations, ...added] }
}

function defaultContainer(container: Container, spec: PodSpec): Container {
  const { limits, requests } = container.resources ?? {}
  const { livenessProbe, readinessProbe, startupProbe, lifecycle } = container
  return {
    ...container,
    ...(container.ports && {
      ports: container.ports.map((port) => ({
        ...port,
        ...(spec.hostNetwork && !port.hostPort && { hostPort: port.containerPort }),
        protocol: port.protocol || 'TCP',
      })),
    }),
    ...(container.env && { env: container.env.map(defaultEnv) }),
    ...((limits || requests) && { resources: { ...container.resources, ...defaultAmounts({ limits, requests }) } }),
    ...(livenessProbe && { livenessProbe: defaultProbe(livenessProbe) }),
    ...(readinessProbe && { readinessProbe: defaultProbe(readinessProbe) }),
    ...(startupProbe && { startupProbe: defaultProbe(startupProbe) }),
    ...(lifecycle && { lifecycle: defaultLifecycle(lifecycle) }),
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
    imagePullPolicy: container.imagePullPolicy || (hasLatestTag(container.image ?? '') ? 'Always' : 'IfNotPresent'),
  }
}

type Amounts = Readonly<Record<string, string>>

/** A request that is not stated is the limit. */
function defaultAmounts({
  limits,
  requests,
}: {
  readonly limits: Amounts | undefined
  readonly requests: Amounts | undefined
}) {
  if (!limits) return { requests: inMillis(requests ?? {}) }
  return { limits: inMillis(limits), requests: inMillis({ ...limits, ...requests }) }
}

/** There is nothing smaller than a thousandth (Kubernetes: SetDefaults_ResourceList). */
function inMillis(amounts: Amounts): Amounts {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, roundedUpToMillis(amount)]))
}

function defaultEnv(env: NonNullable<Container['env']>[number]) {
  const fieldRef = env.valueFrom?.fieldRef
  if (!fieldRef || fieldRef.apiVersion) return env
  return { ...env, valueFrom: { ...env.valueFrom, fieldRef: { ...fieldRef, apiVersion: 'v1' } } }
}

function defaultProbe(probe: Probe): Probe {
  return {
    ...probe,
    ...(probe.httpGet && { httpGet: defaultHttpGet(probe.httpGet) }),
    ...(probe.grpc && { grpc: { ...probe.grpc, service: probe.grpc.service ?? '' } }),
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  }
}

function defaultLifecycle(lifecycle: Lifecycle): Lifecycle {
  const { postStart, preStop } = lifecycle
  return {
    ...lifecycle,
    ...(postStart?.httpGet && { postStart: { ...postStart, httpGet: defaultHttpGet(postStart.httpGet) } }),
    ...(preStop?.httpGet && { preStop: { ...preStop, httpGet: defaultHttpGet(preStop.httpGet) } }),
  }
}

function defaultHttpGet(httpGet: HttpGet): HttpGet {
  return { ...httpGet, path: httpGet.path || '/', scheme: httpGet.scheme || 'HTTP' }
}
