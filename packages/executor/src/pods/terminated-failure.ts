import type { ContainerStatusView } from '../kube/pod-view.ts'
import type { Failure } from './failure.ts'
import { isInfrastructureMessage } from './infrastructure-message.ts'
import { signalOf, signalText } from './main-container-end.ts'

/** The runtime never got the command to run: it does not exist, cannot be executed, or its folder is missing. */
const NOT_STARTED: ReadonlySet<string> = new Set([
  'StartError',
  'ContainerCannotRun',
  'RunContainerError',
  'CreateContainerError',
  'CreateContainerConfigError',
])

/** The kubelet lost sight of the container: its node or its runtime went away. */
const LOST: ReadonlySet<string> = new Set(['ContainerStatusUnknown', 'Unknown'])

/**
 * What the end of one container says; null when it has not ended, or ended well.
 *
 * @param path of its status
 * @param memoryLimit for the message
 */
export function terminatedFailure(
  { name, state }: ContainerStatusView,
  path: string,
  memoryLimit: string | undefined,
  word = 'container',
): Failure | null {
  const terminated = state?.terminated
  if (!terminated) return null
  const { reason = '', message = '', exitCode } = terminated
  const at = `${path}.state.terminated`
  const who = `${word} ${name}`
  const limit = memoryLimit === undefined ? '' : ` (${memoryLimit})`
  if (reason === 'OOMKilled') {
    return {
      class: 'oom',
      evidence: `${at}.reason=OOMKilled`,
      message: `${who} was killed: it used more memory than its limit allows${limit}`,
    }
  }
  if (NOT_STARTED.has(reason)) {
    const evidence = `${at}.reason=${reason}`
    if (/oom.?killed|memory limit too low/i.test(message)) {
      return {
        class: 'oom',
        evidence,
        message: `${who} could not start: its memory limit is too low${limit}: ${message}`,
      }
    }
    const failureClass = isInfrastructureMessage(message) ? 'infrastructure' : 'config'
    return { class: failureClass, evidence, message: `${who} could not start: ${message || reason}` }
  }
  if (LOST.has(reason)) {
    return {
      class: 'infrastructure',
      evidence: `${at}.reason=${reason}`,
      message: `the node lost ${who}${message ? `: ${message}` : ''}`,
    }
  }
  if (exitCode === 0) return null
  const signal = signalOf(terminated)
  if (signal === undefined) {
    return { class: 'user', evidence: `${at}.exitCode=${exitCode}`, message: `${who} exited with code ${exitCode}` }
  }
  const evidence = terminated.signal ? `${at}.signal=${signal}` : `${at}.exitCode=${exitCode}`
  return { class: 'user', evidence, message: `${who} was ended by ${signalText(signal)}` }
}
