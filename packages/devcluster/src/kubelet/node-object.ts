import { apiTime } from '../api-time.ts'
import type { Node } from '../types.ts'

/** What the dev cluster's node says of itself. */
export interface NodeShape {
  readonly name: string
  /** Quantities by resource: cpu, memory, ephemeral-storage, pods. */
  readonly allocatable: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** `process` or `scripted`, as a container runtime's version: `davit://process`. */
  readonly runtime: string
  /** As Go names them: `amd64`, `linux`. */
  readonly architecture: string
  readonly operatingSystem: string
  readonly kernelVersion: string
  readonly osImage: string
}

/** A kubelet that says so still looks after its pods, unlike one whose container runtime is down. */
const NETWORK_NOT_READY =
  'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized'

/** Node's names of architectures and systems to Go's. */
export function goPlatform(arch: string, platform: string): { architecture: string; operatingSystem: string } {
  return {
    architecture: arch === 'x64' ? 'amd64' : arch,
    operatingSystem: platform === 'win32' ? 'windows' : platform,
  }
}

/** The Node object as its kubelet reports it; what others wrote of it stays. */
export function nodeObject(
  shape: NodeShape,
  hostIP: string,
  isReady: boolean,
  before: Node | undefined,
  now: number,
): Node {
  const time = apiTime(now)
  const condition = (type: string, status: string, reason: string, message: string) => {
    const old = before?.status?.conditions?.find((one) => one.type === type)
    const lastTransitionTime = old?.status === status ? (old.lastTransitionTime ?? time) : time
    return { type, status, lastHeartbeatTime: time, lastTransitionTime, reason, message }
  }
  return {
    ...before,
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      ...before?.metadata,
      name: shape.name,
      labels: {
        ...before?.metadata?.labels,
        'beta.kubernetes.io/arch': shape.architecture,
        'beta.kubernetes.io/os': shape.operatingSystem,
        'kubernetes.io/arch': shape.architecture,
        'kubernetes.io/hostname': shape.name,
        'kubernetes.io/os': shape.operatingSystem,
        ...shape.labels,
      },
    },
    spec: { ...before?.spec },
    status: {
      addresses: [
        { type: 'InternalIP', address: hostIP },
        { type: 'Hostname', address: shape.name },
      ],
      allocatable: { ...shape.allocatable },
      capacity: { ...shape.allocatable },
      conditions: [
        condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        isReady
          ? condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status')
          : condition('Ready', 'False', 'KubeletNotReady', NETWORK_NOT_READY),
      ],
      nodeInfo: {
        architecture: shape.architecture,
        bootID: '',
        containerRuntimeVersion: `davit://${shape.runtime}`,
        kernelVersion: shape.kernelVersion,
        kubeProxyVersion: '',
        kubeletVersion: 'davit',
        machineID: '',
        operatingSystem: shape.operatingSystem,
        osImage: shape.osImage,
        systemUUID: '',
      },
    },
  }
}
