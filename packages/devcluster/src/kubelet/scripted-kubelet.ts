import type { Clock } from '../clock.ts'
import { disruptPod } from '../disrupt-pod.ts'
import type { ClusterAccess } from './cluster-access.ts'
import type { Kubelet } from './kubelet.ts'
import { NodeAgent } from './node-agent.ts'
import { scriptedEnd } from './pod-script.ts'
import { ScriptedRuntime } from './scripted-runtime.ts'

/** What a scripted kubelet needs. */
export interface ScriptedKubeletOptions {
  readonly access: ClusterAccess
  readonly clock: Clock
  readonly nodeName: string
  /** Labels of the Node beside Kubernetes' own. @default {} */
  readonly nodeLabels?: Readonly<Record<string, string>>
  /** Quantities by resource. @default room for everything */
  readonly allocatable?: Readonly<Record<string, string>>
}

const ROOM_FOR_EVERYTHING = { cpu: '1k', memory: '1Ti', 'ephemeral-storage': '1Ti', pods: '100k' }

/**
 * A node without processes: containers run and end as the `script.davit/…` annotations of their pods say, on the given
 * clock; see {@link ScriptedRuntime}. Statuses and events are those of the process kubelet.
 */
export function createScriptedKubelet(options: ScriptedKubeletOptions): Kubelet {
  const { access, clock } = options
  const agent: NodeAgent = new NodeAgent({
    access,
    clock,
    runtime: new ScriptedRuntime({
      clock,
      onPodEnd: (pod, end) => {
        if (end.by === 'node') agent.endPod(pod, end.ending)
        if (end.by === 'deletion') disruptPod({ access, clock }, pod, { ...end, reason: end.word })
      },
    }),
    admit: (pod) => {
      const end = scriptedEnd(pod)
      return end?.by === 'refusal' ? { reason: end.word, message: end.message } : undefined
    },
    node: {
      name: options.nodeName,
      allocatable: options.allocatable ?? ROOM_FOR_EVERYTHING,
      labels: options.nodeLabels ?? {},
      runtime: 'scripted',
      architecture: 'amd64',
      operatingSystem: 'linux',
      kernelVersion: 'scripted',
      osImage: 'scripted',
    },
  })
  return agent
}
