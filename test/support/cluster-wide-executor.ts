import { onTestFinished } from 'vitest'
import type { StartedBackend } from './backend.ts'
import { executorRole, grantRole, rbacPath } from './executor-role.ts'
import type { RawApi } from './raw-api.ts'
import { createServiceAccount, serviceAccountKubeconfig } from './service-account.ts'

/**
 * The kubeconfig of a user who may do in all namespaces what the executor needs, for the case that runs: a service account
 * of its namespace. Where there are no roles, the executor's own.
 */
export async function clusterWideExecutor(
  api: RawApi,
  { executorUser, executorKubeconfig, kubeconfig }: StartedBackend,
  namespace: string,
): Promise<string> {
  if (executorUser === null) return executorKubeconfig
  const account = { namespace, name: 'davit' }
  await createServiceAccount(api, account)
  const role = { ...(await executorRole()), kind: 'ClusterRole', metadata: { name: namespace } }
  onTestFinished(async () => {
    await api.delete(rbacPath(null, 'clusterrolebindings', namespace))
    await api.delete(rbacPath(null, 'clusterroles', namespace))
  })
  await grantRole(api, null, role, { kind: 'ServiceAccount', ...account })
  return await serviceAccountKubeconfig(api, account, kubeconfig)
}
