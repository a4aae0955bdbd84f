import type { ApiServer } from './apiserver/api-server.ts'
import type { FaultHandle, FaultScope, Refusal } from './apiserver/fault-rules.ts'
import { matchesRequest, type RequestMatch } from './apiserver/request-log.ts'
import type { ErrorCode } from './error-codes.ts'
import type { Kubelet } from './kubelet/kubelet.ts'
import { eviction } from './kubelet/node-ending.ts'
import type { VersionedStore } from './storage/versioned-store.ts'
import type { Pod } from './types.ts'

/** A pod by its name. @default namespace `default` */
export interface PodReference {
  readonly namespace?: string
  readonly name: string
}

/** There is no such pod, container or node to hurt. */
export class FaultTargetError extends Error {
  override readonly name = 'FaultTargetError'
  readonly code = 'FAULT_TARGET_MISSING' satisfies ErrorCode
}

/**
 * What goes wrong in clusters, at will. Faults on requests hold until undone, or until they have hit `count` times; each
 * says how often it hit. `match` names the requests: `{ verb: 'create', resource: 'pods' }`, or a function.
 */
export interface Faults {
  /** Breaks open watches, as a proxy does that has had enough. Returns how many. */
  dropWatches(match?: RequestMatch): number
  /** Holds back the events of watches, open ones and new ones: connected, but silent. Undone, they go on where they were. */
  stallWatches(scope?: Pick<FaultScope, 'match'>): FaultHandle
  /**
   * Forgets all history, as etcd does when it is compacted: whoever begins at an older version is told 410. Watches that
   * are open go on.
   */
  compact(): void
  /** Makes requests wait, on the cluster's clock. */
  delay(delayMs: number, scope?: FaultScope): FaultHandle
  /** Refuses requests with a Status. */
  refuse(refusal: Refusal): FaultHandle
  /** Carries requests out and breaks the connection instead of answering: the client cannot know. */
  loseAnswers(scope?: FaultScope): FaultHandle
  /** Breaks the connection before a request is carried out. */
  dropRequests(scope?: FaultScope): FaultHandle
  /** Breaks all connections at once, watches and all. The server listens on. Returns how many. */
  closeConnections(): number
  /**
   * Evicts a pod as a kubelet under pressure does: phase Failed, reason Evicted, condition DisruptionTarget.
   * @throws {FaultTargetError}
   */
  evict(pod: PodReference, message?: string): void
  /**
   * Ends the main process of a container by a signal. @default the pod's first container, SIGKILL
   * @throws {FaultTargetError}
   */
  killContainer(pod: PodReference, options?: { readonly container?: string; readonly signal?: NodeJS.Signals }): void
  /**
   * Sets the node's condition Ready. With `false` it gets nothing new and goes on with the pods that it has, for as long as
   * they tolerate that (300 s). With `Unknown` it is cut off as well: the cluster does not see what becomes of its pods,
   * and those that are deleted stay until it is heard again. `true` undoes both.
   */
  setNodeReady(status: boolean | 'Unknown'): void
}

/** What {@link Faults} act on. */
export interface FaultTargets {
  readonly server: ApiServer
  readonly store: VersionedStore
  /** The only node there is. */
  readonly kubelet: Kubelet
  /** Calls the node unknown, as if it had been silent for long enough. */
  readonly giveUpNode: () => void
}

export function createFaults({ server, store, kubelet, giveUpNode }: FaultTargets): Faults {
  const podOf = ({ namespace = 'default', name }: PodReference): Pod => {
    const pod = store.get('pods', namespace, name)
    if (!pod) throw new FaultTargetError(`there is no pod ${namespace}/${name} to hurt`)
    return pod as unknown as Pod
  }
  return {
    dropWatches: (match) => server.watches.destroy((info) => matchesRequest(match, info)),
    stallWatches: (scope = {}) => server.faults.add('stall', scope),
    compact: () => store.compact(),
    delay: (delayMs, scope = {}) => server.faults.add('delay', scope, { delayMs }),
    refuse: (refusal) => server.faults.add('refuse', refusal, { refusal }),
    loseAnswers: (scope = {}) => server.faults.add('loseAnswer', scope),
    dropRequests: (scope = {}) => server.faults.add('dropConnection', scope),
    closeConnections: () => server.closeConnections(),
    evict: (reference, message) => kubelet.endPod(podOf(reference), eviction(message)),
    killContainer: (reference, { container, signal = 'SIGKILL' } = {}) => {
      const pod = podOf(reference)
      const chosen = container ?? pod.spec?.containers[0]?.name ?? ''
      const all = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])]
      if (!all.some(({ name }) => name === chosen)) {
        throw new FaultTargetError(`pod ${reference.name} has no container ${chosen}`)
      }
      kubelet.killContainer(pod, chosen, signal)
    },
    setNodeReady(status) {
      if (status !== 'Unknown') {
        kubelet.setNodeReady(status)
        return
      }
      kubelet.cutOff()
      giveUpNode()
    },
  }
}
