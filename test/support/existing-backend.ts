import { readFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Backend } from './backend.ts'
import { readAccess } from './kubeconfig-access.ts'

const unknown = 'it may be any cluster'

/** The cluster of KUBECONFIG (one file), whatever it is. Its user must be allowed everything in namespaces of its own. */
export const existingBackend: Backend = {
  name: 'existing',
  lacks: () => ({
    scriptedPods: unknown,
    followedLogs: unknown,
    requestLog: unknown,
    compaction: unknown,
    roles: unknown,
  }),
  async start() {
    const kubeconfigPath = process.env.KUBECONFIG
    if (!kubeconfigPath) throw new Error('CONFORMANCE names existing: set KUBECONFIG to the kubeconfig of that cluster')
    const kubeconfig = await readFile(kubeconfigPath, 'utf8')
    const lacking = async () => {
      throw new Error(`existing: ${unknown}`)
    }
    return {
      url: readAccess(kubeconfig).url,
      kubeconfig,
      kubeconfigPath,
      executorKubeconfig: kubeconfig,
      executorKubeconfigPath: kubeconfigPath,
      executorUser: null,
      nodeSelector: {},
      hostAddress: hostname(),
      podRequests: lacking,
      executorRequests: lacking,
      passTime() {},
      hasClock: false,
      compactHistory: lacking,
      async stop() {},
      async [Symbol.asyncDispose]() {},
    }
  },
}
