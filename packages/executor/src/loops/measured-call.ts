import type { Clock } from '../clock.ts'
import { KubeApiError } from '../kube/kube-errors.ts'
import type { Metrics } from '../metrics.ts'

/** Makes one call of the API server and counts it under Airflow's names: a timer `name`, a counter `name_status`. */
export async function measuredCall<T>(
  metrics: Metrics,
  clock: Clock,
  name: 'pod_creation' | 'pod_deletion' | 'pod_patching',
  call: () => Promise<T>,
): Promise<T> {
  const startedAt = clock.now()
  try {
    const answer = await call()
    metrics.increment(`kubernetes_executor.${name}_status`, { status: '200' })
    return answer
  } catch (error) {
    const status = error instanceof KubeApiError ? String(error.httpStatus) : 'error'
    metrics.increment(`kubernetes_executor.${name}_status`, { status })
    throw error
  } finally {
    metrics.timing(`kubernetes_executor.${name}`, clock.now() - startedAt)
  }
}
