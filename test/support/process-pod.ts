import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import type { StartedBackend } from './backend.ts'
import { type TestPodOptions, testPod } from './test-pod.ts'

/** A pod of real processes: its container `base` runs a shell script, for two seconds after SIGTERM at most. */
export function shellPod(
  { nodeSelector }: Pick<StartedBackend, 'nodeSelector'>,
  name: string,
  script: string,
  { spec, container, ...options }: TestPodOptions = {},
): Pod {
  return testPod(name, {
    ...options,
    container: { image: 'busybox:1', command: ['sh', '-c', script], ...container },
    spec: { ...processSpec({ nodeSelector }), ...spec },
  })
}

/** A pod of real processes whose container `base` says `first` and fails with 3; started again it runs this script. */
export function restartedPod(backend: Pick<StartedBackend, 'nodeSelector'>, name: string, script: string): Pod {
  return shellPod(backend, name, `if [ -e /v/once ]; then ${script}; fi; touch /v/once; echo first; exit 3`, {
    spec: { restartPolicy: 'OnFailure', volumes: [{ name: 'v', emptyDir: {} }] },
    container: { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
  })
}

/** What every pod of real processes says: where it runs, and that it ends soon when it is told to. */
export function processSpec({ nodeSelector }: Pick<StartedBackend, 'nodeSelector'>): Partial<PodSpec> {
  return { nodeSelector: { ...nodeSelector }, terminationGracePeriodSeconds: 2 }
}

/** A further container that runs a shell script. */
export function shellContainer(name: string, script: string, more: Partial<Container> = {}): Container {
  return { name, image: 'busybox:1', command: ['sh', '-c', script], ...more }
}
