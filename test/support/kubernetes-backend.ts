import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { inject } from 'vitest'
import { podRequests } from '../kubernetes/audit-log.ts'
import { compactHistory } from '../kubernetes/compact-history.ts'
import { layoutIn } from '../kubernetes/layout.ts'
import { kubernetesNodes } from '../kubernetes/node-kinds.ts'
import { readState } from '../kubernetes/state-file.ts'
import { type UserRequest, userRequests } from '../kubernetes/user-requests.ts'
import { type Backend, type LoggedPodRequest, nodeSelectors } from './backend.ts'
import { executorUser } from './executor-user.ts'

/** What a test run knows of the Kubernetes that it started once for all its files. */
export interface SharedKubernetes {
  readonly url: string
  readonly kubeconfig: string
  readonly kubeconfigPath: string
  readonly auditLogPath: string
  readonly executorKubeconfig: string
  readonly executorKubeconfigPath: string
  /** The address of this machine in the containers of its kubelet; null when it has only kwok's node. */
  readonly hostAddress: string | null
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Null when CONFORMANCE does not name it. */
    kubernetes: SharedKubernetes | null
  }
}

/** The real one: the control plane of `test/kubernetes`, with a kwok node and a kubelet. One for the whole run. */
export const kubernetesBackend: Backend = {
  name: 'kubernetes',
  lacks(runtime) {
    const nodes = kubernetesNodes(process.env.KUBERNETES_NODES)
    if (runtime === 'scripted') {
      return {
        followedLogs: 'kwok follows a log for ever',
        containers: 'the pods of kwok run nothing',
        ...(!nodes.includes('kwok') && { scriptedPods: 'KUBERNETES_NODES leaves kwok out' }),
      }
    }
    return {
      scriptedPods: 'a kubelet runs commands',
      ...(!nodes.includes('kubelet') && { containers: 'KUBERNETES_NODES leaves the kubelet out' }),
    }
  },
  async start({ runtime }) {
    const shared = inject('kubernetes')
    if (shared === null) throw new Error('no Kubernetes was started for this run: name it in CONFORMANCE')
    const { size: fromByte } = await stat(shared.auditLogPath)
    const executorRequests = async () => {
      const requests: UserRequest[] = []
      for await (const request of userRequests(shared.auditLogPath, executorUser, { fromByte })) requests.push(request)
      return requests
    }
    // The cluster goes on for other files, and ends with the run.
    const stop = async () => refuseRefusals(await executorRequests())
    return {
      ...shared,
      executorUser,
      nodeSelector: nodeSelectors[runtime],
      hostAddress: shared.hostAddress ?? '',
      async podRequests() {
        const requests: LoggedPodRequest[] = []
        for await (const request of podRequests(shared.auditLogPath)) requests.push(request)
        return requests
      },
      executorRequests,
      passTime() {},
      hasClock: false,
      async compactHistory() {
        const state = await readState(layoutIn(dirname(shared.kubeconfigPath)).state)
        if (state === null) throw new Error('the test Kubernetes has stopped')
        await compactHistory(state.etcdUrl)
      },
      stop,
      [Symbol.asyncDispose]: stop,
    }
  },
}

/** @throws Error when the executor's user was refused something for want of a role: it runs with what its role allows. */
function refuseRefusals(requests: readonly UserRequest[]): void {
  const refused = requests.filter(({ isAllowed }) => !isAllowed).map(({ verb, uri }) => `${verb} ${uri}`)
  if (refused.length > 0) throw new Error(`deploy/role.yaml does not allow what was asked:\n${refused.join('\n')}`)
}
