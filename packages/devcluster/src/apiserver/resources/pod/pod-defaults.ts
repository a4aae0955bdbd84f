import type { Pod } from '../../../types.ts'

type Spec = NonNullable<Pod['spec']>
type Container = Spec['containers'][number]
type Probe = NonNullable<Container['livenessProbe']>
type HttpGet = NonNullable<Probe['httpGet']>
type Volume = NonNullable<Spec['volumes']>[number]

const FILE_MODE = 0o644

/** What a pod's spec says when its author does not (Kubernetes: SetDefaults_PodSpec and its kin). */
export function defaultPodSpec(spec: Spec): Spec {
  const grace = spec.terminationGracePeriodSeconds ?? 30
  const serviceAccount = spec.serviceAccountName || spec.serviceAccount || 'default'
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
    serviceAccountName: serviceAccount,
    serviceAccount,
    securityContext: spec.securityContext ?? {},
    schedulerName: spec.schedulerName || 'default-scheduler',
    tolerations: withDefaultTolerations(spec.tolerations),
    priority: spec.priority ?? 0,
    enableServiceLinks: spec.enableServiceLinks ?? true,
    preemptionPolicy: spec.preemptionPolicy ?? 'PreemptLowerPriority',
  }
}

/** `Always` for no tag or `latest`, unless a digest says exactly which. */
export function defaultPullPolicy(image: string): string {
  const [reference = '', digest] = image.split('@')
  const last = reference.slice(reference.lastIndexOf('/') + 1)
  const tag = last.includes(':') ? last.slice(last.indexOf(':') + 1) : ''
  if (digest !== undefined && tag === '') return 'IfNotPresent'
  return tag === '' || tag === 'latest' ? 'Always' : 'IfNotPresent'
}

type Toleration = NonNullable<Spec['tolerations']>[number]

/** A pod stays five minutes on a node in trouble (admission: DefaultTolerationSeconds). */
export function withDefaultTolerations(tolerations: Spec['tolerations'] = []): Toleration[] {
  const wanted = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
  const tolerates = (key: string) =>
    tolerations.some(
      (toleration) =>
        (toleration.key === key || !toleration.key) && (toleration.effect === 'NoExecute' || !toleration.effect),
    )
  return [
    ...tolerations,
    ...wanted
      .filter((key) => !tolerates(key))
      .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 })),
  ]
}

function defaultContainer(container: Container, spec: Spec): Container {
  const { limits, requests } = container.resources ?? {}
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
    // A request that is not stated is the limit.
    ...(limits && { resources: { ...container.resources, requests: { ...limits, ...requests } } }),
    ...(container.livenessProbe && { livenessProbe: defaultProbe(container.livenessProbe) }),
    ...(container.readinessProbe && { readinessProbe: defaultProbe(container.readinessProbe) }),
    ...(container.startupProbe && { startupProbe: defaultProbe(container.startupProbe) }),
    ...(container.lifecycle && {
      lifecycle: {
        ...container.lifecycle,
        ...(container.lifecycle.postStart?.httpGet && {
          postStart: {
            ...container.lifecycle.postStart,
            httpGet: defaultHttpGet(container.lifecycle.postStart.httpGet),
          },
        }),
        ...(container.lifecycle.preStop?.httpGet && {
          preStop: { ...container.lifecycle.preStop, httpGet: defaultHttpGet(container.lifecycle.preStop.httpGet) },
        }),
      },
    }),
    terminationMessagePath: container.terminationMessagePath || '/dev/termination-log',
    terminationMessagePolicy: container.terminationMessagePolicy || 'File',
    imagePullPolicy: container.imagePullPolicy || defaultPullPolicy(container.image ?? ''),
  }
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
    timeoutSeconds: probe.timeoutSeconds || 1,
    periodSeconds: probe.periodSeconds || 10,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  }
}

function defaultHttpGet(httpGet: HttpGet): HttpGet {
  return { ...httpGet, path: httpGet.path || '/', scheme: httpGet.scheme || 'HTTP' }
}

function defaultVolume(volume: Volume): Volume {
  const { name, ...sources } = volume
  if (Object.keys(sources).length === 0) return { name, emptyDir: {} }
  return {
    ...volume,
    ...(volume.hostPath && { hostPath: { ...volume.hostPath, type: volume.hostPath.type ?? '' } }),
    ...(volume.secret && { secret: { ...volume.secret, defaultMode: volume.secret.defaultMode ?? FILE_MODE } }),
    ...(volume.configMap && {
      configMap: { ...volume.configMap, defaultMode: volume.configMap.defaultMode ?? FILE_MODE },
    }),
    ...(volume.downwardAPI && {
      downwardAPI: {
        ...volume.downwardAPI,
        items: defaultDownwardItems(volume.downwardAPI.items),
        defaultMode: volume.downwardAPI.defaultMode ?? FILE_MODE,
      },
    }),
    ...(volume.projected && {
      projected: {
        ...volume.projected,
        sources: (volume.projected.sources ?? []).map((source) => ({
          ...source,
          ...(source.downwardAPI && { downwardAPI: { items: defaultDownwardItems(source.downwardAPI.items) } }),
          ...(source.serviceAccountToken && {
            serviceAccountToken: {
              ...source.serviceAccountToken,
              expirationSeconds: source.serviceAccountToken.expirationSeconds ?? 3600,
            },
          }),
        })),
        defaultMode: volume.projected.defaultMode ?? FILE_MODE,
      },
    }),
  }
}

type DownwardItems = NonNullable<NonNullable<Volume['downwardAPI']>['items']>

function defaultDownwardItems(items: DownwardItems = []): DownwardItems {
  return items.map((item) =>
    item.fieldRef && !item.fieldRef.apiVersion ? { ...item, fieldRef: { ...item.fieldRef, apiVersion: 'v1' } } : item,
  )
}
