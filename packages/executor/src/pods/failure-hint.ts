import type { PodView } from '../kube/pod-view.ts'
import type { Failure } from './failure.ts'
import { classHints, hintRules } from './hint-rules.ts'

/**
 * What to do about a failure, for people. Never empty.
 *
 * @param pod where it is known: what it asked for is named
 */
export function failureHint(failure: Failure, pod: PodView | null = null): string {
  if (failure.class === 'oom') return memoryHint(failure, pod)
  const rule = hintRules.find(
    ({ evidence, message }) =>
      (evidence === undefined || evidence.test(failure.evidence)) &&
      (message === undefined || message.test(failure.message)),
  )
  return rule?.hint ?? classHints[failure.class]
}

/** The failure with its hint; one that brings its own keeps it. */
export function withHint(failure: Failure, pod: PodView | null = null): Failure {
  return failure.hint === undefined ? { ...failure, hint: failureHint(failure, pod) } : failure
}

function memoryHint({ evidence }: Failure, pod: PodView | null): string {
  const [, field, index] = /^status\.(initContainerStatuses|containerStatuses)\[(\d+)\]/.exec(evidence) ?? []
  const name =
    field === undefined
      ? undefined
      : pod?.status?.[field as 'initContainerStatuses' | 'containerStatuses']?.[Number(index)]?.name
  const all = [...(pod?.spec?.containers ?? []), ...(pod?.spec?.initContainers ?? [])]
  const { limits, requests } = all.find((container) => container.name === name)?.resources ?? {}
  const amounts = [
    ...(limits?.memory ? [`limit ${limits.memory}`] : []),
    ...(requests?.memory ? [`requested ${requests.memory}`] : []),
  ]
  const of = name === undefined ? '' : ` of container ${name}`
  const now = amounts.length > 0 ? ` (${amounts.join(', ')})` : ''
  return `raise resources.limits.memory${of}${now}, or let it hold less at a time`
}
