import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.d.ts'

/** What differs from the smallest pod. */
export interface TestPodOptions {
  readonly labels?: Record<string, string>
  readonly annotations?: Record<string, string>
  readonly finalizers?: string[]
  readonly spec?: Partial<PodSpec>
  /** Of its one container, `base`. */
  readonly container?: Partial<Container>
}

/** A pod with one container `base` of image `busybox`, never restarted. */
export function testPod(name: string, { spec, container, ...metadata }: TestPodOptions = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...metadata },
    spec: { restartPolicy: 'Never', containers: [{ name: 'base', image: 'busybox', ...container }], ...spec },
  }
}

/** The same, bound by nobody: it stays as it is until it is changed, and goes at once when it is deleted. */
export function unboundPod(name: string, options: TestPodOptions = {}): Pod {
  return testPod(name, { ...options, spec: { schedulerName: 'nobody', ...options.spec } })
}
