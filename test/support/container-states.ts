import type { ContainerState, ContainerStatus } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import type { StoredPod } from './pods-by-api.ts'

/** What an API writes for a moment in time. */
export const anyTime: unknown = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

/** `runtime://id`. */
export const anyContainerId: unknown = expect.stringMatching(/^\w+:\/\/[0-9a-f]{64}$/)

/** The state of a container that has ended by itself; `more` has what differs. */
export function ended(exitCode: number, more: Readonly<Record<string, unknown>> = {}): object {
  return {
    terminated: {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt: anyTime,
      finishedAt: anyTime,
      containerID: anyContainerId,
      ...more,
    },
  }
}

/** The status of one of the pod's containers, of whatever kind. */
export function containerStatus({ status }: StoredPod, name = 'base'): ContainerStatus {
  const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
  const found = all.find((one) => one.name === name)
  if (found === undefined) throw new Error(`there is no status of a container ${name}: ${JSON.stringify(status)}`)
  return found
}

/** The state in one line: `running`, `waiting REASON`, `terminated CODE REASON`. */
export function stateText(state: ContainerState | undefined): string {
  if (state?.running) return 'running'
  if (state?.terminated) return `terminated ${state.terminated.exitCode} ${state.terminated.reason}`
  return `waiting ${state?.waiting?.reason ?? ''}`.trim()
}

/** Each condition's type to its status and reason. */
export function conditionTexts({ status }: StoredPod): Record<string, string> {
  return Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, reason ? `${value} ${reason}` : value]),
  )
}
