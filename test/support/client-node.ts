import { KubeConfig, type V1Container, type V1Pod, type V1PodSpec } from '@kubernetes/client-node'

/** The official client's configuration of a kubeconfig (YAML). */
export function clientNodeConfig(kubeconfig: string): KubeConfig {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  return config
}

export interface ClientNodePodOptions {
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
  readonly spec?: Partial<V1PodSpec>
  /** Of its one container, `base`. */
  readonly container?: Partial<V1Container>
}

/** As `unboundPod` of `test-pod.ts`, in the types of the official client. */
export function clientNodePod(
  name: string,
  { labels, annotations, spec, container }: ClientNodePodOptions = {},
): V1Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(labels && { labels }), ...(annotations && { annotations }) },
    spec: {
      restartPolicy: 'Never',
      schedulerName: 'nobody',
      containers: [{ name: 'base', image: 'busybox', ...container }],
      ...spec,
    },
  }
}
