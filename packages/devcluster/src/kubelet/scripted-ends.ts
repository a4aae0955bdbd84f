import {
  type ImagePull,
  imageNeverPulled,
  imageNotFound,
  imageNotInspected,
  imageNotPulled,
  invalidImageName,
  registryUnavailable,
} from './image-pull.ts'
import { eviction, LOW_ON_MEMORY, type NodeEnding } from './node-ending.ts'

/** How a pod or container comes to its end by a script, by who brings it about. */
export type ScriptedEnd =
  /** The container ends. */
  | { readonly by: 'exit'; readonly exitCode: number; readonly reason: string }
  /** The container does not start. */
  | { readonly by: 'start'; readonly step: 'config' | 'create' | 'run'; readonly message: string }
  /** Its image cannot be had. */
  | { readonly by: 'image'; readonly pull: (image: string) => ImagePull }
  /** The pod's volumes or its network cannot be made. */
  | { readonly by: 'volume' | 'sandbox'; readonly message: string }
  /** The node does not take the pod. */
  | { readonly by: 'refusal'; readonly message: string }
  /** The node ends the running pod. */
  | { readonly by: 'node'; readonly ending: NodeEnding }
  /** Something else in the cluster has the running pod deleted. `isForced`: without a word to its node. */
  | { readonly by: 'deletion'; readonly message: string; readonly isForced: boolean }

/**
 * What `script.davit/end` may say, in Kubernetes' words: the reason that the pod or its container shows then. What is given
 * instead of the usual message is the annotation `script.davit/message`. The stages of kwok in `test/kubernetes` make the
 * same statuses of the same words.
 */
export const SCRIPTED_ENDS: Readonly<Record<string, (message?: string) => ScriptedEnd>> = {
  Error: () => exit(1, 'Error'),
  OOMKilled: () => exit(137, 'OOMKilled'),
  // What container runtimes say of a container that they find dead after the machine was started again.
  Unknown: () => exit(255, 'Unknown'),

  CreateContainerConfigError: (message = 'configmap "missing" not found') => ({ by: 'start', step: 'config', message }),
  CreateContainerError: (message = 'failed to generate container "base" spec: no command specified') => ({
    by: 'start',
    step: 'create',
    message,
  }),
  StartError: (
    message = 'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "missing": executable file not found in $PATH: unknown',
  ) => ({ by: 'start', step: 'run', message }),

  ErrImagePull: (message) => image((name) => (message === undefined ? imageNotFound(name) : imageNotPulled(message))),
  ErrImageNeverPull: () => image(imageNeverPulled),
  ImageInspectError: (
    message = 'rpc error: code = Unknown desc = short name mode is enforcing, but image name is ambiguous',
  ) => image(() => imageNotInspected(message)),
  InvalidImageName: (message = 'invalid reference format') => image((name) => invalidImageName(name, message)),
  RegistryUnavailable: (message = 'dial tcp 192.0.2.1:443: connect: connection refused') =>
    image((name) => registryUnavailable(name, message)),

  FailedCreatePodSandBox: (
    message = 'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox: plugin type="bridge" failed (add): no IP addresses available in range set',
  ) => ({ by: 'sandbox', message }),
  FailedMount: (message = 'MountVolume.SetUp failed for volume "missing" : configmap "missing" not found') => ({
    by: 'volume',
    message,
  }),

  NodeAffinity: (message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector") =>
    refusal(message),
  OutOfcpu: (message = "Node didn't have enough resource: cpu, requested: 2000, used: 7000, capacity: 8000") =>
    refusal(message),
  UnexpectedAdmissionError: (message = 'Allocate failed due to no healthy devices present, which is unexpected') =>
    refusal(message),

  Evicted: (message = LOW_ON_MEMORY) => ({ by: 'node', ending: eviction(message) }),
  Preempting: (message = 'Preempted in order to admit critical pod') => ({
    by: 'node',
    ending: {
      reason: 'Preempting',
      message,
      disruption: 'Pod was preempted by Kubelet to accommodate a critical pod.',
      event: { type: 'Warning', reason: 'Preempting', message },
    },
  }),
  Terminated: (message = 'Pod was terminated in response to imminent node shutdown.') => ({
    by: 'node',
    ending: { reason: 'Terminated', message, disruption: message },
  }),

  DeletionByPodGC: (message = 'PodGC: node no longer exists') => ({ by: 'deletion', message, isForced: true }),
  DeletionByTaintManager: (message = 'Taint manager: deleting due to NoExecute taint') => deletion(message),
  EvictionByEvictionAPI: (message = 'Eviction API: evicting') => deletion(message),
  PreemptionByScheduler: (message = 'default-scheduler: preempting to accommodate a higher priority pod') =>
    deletion(message),
}

function exit(exitCode: number, reason: string): ScriptedEnd {
  return { by: 'exit', exitCode, reason }
}

function image(pull: (image: string) => ImagePull): ScriptedEnd {
  return { by: 'image', pull }
}

function refusal(message: string): ScriptedEnd {
  return { by: 'refusal', message }
}

function deletion(message: string): ScriptedEnd {
  return { by: 'deletion', message, isForced: false }
}
