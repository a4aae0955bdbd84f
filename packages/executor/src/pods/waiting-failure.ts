import type { ContainerStatusView } from '../kube/pod-view.ts'
import type { Failure, FailureClass } from './failure.ts'
import { isInfrastructureMessage } from './infrastructure-message.ts'
import { terminatedFailure } from './terminated-failure.ts'

/** Reasons to wait that do not pass, and in what words. Those of a container that simply comes up are not among them. */
const REASONS: Readonly<Record<string, readonly [FailureClass, string]>> = {
  ErrImagePull: ['config', 'its image cannot be pulled'],
  ImagePullBackOff: ['config', 'its image cannot be pulled'],
  ErrImageNeverPull: ['config', 'its image is not on the node, and may not be pulled'],
  InvalidImageName: ['config', 'its image name is invalid'],
  ImageInspectError: ['config', 'its image cannot be read'],
  SignatureValidationFailed: ['config', 'the signature of its image is not accepted'],
  CreateContainerConfigError: ['config', 'its configuration is incomplete'],
  CreateContainerError: ['config', 'it cannot be created'],
  RunContainerError: ['config', 'it cannot be started'],
  PreCreateHookError: ['config', 'it cannot be created'],
  PreStartHookError: ['config', 'it cannot be started'],
  PostStartHookError: ['config', 'its postStart hook failed'],
  RegistryUnavailable: ['infrastructure', 'the registry of its image does not answer'],
  CreatePodSandboxError: ['infrastructure', 'the node cannot create the pod’s sandbox'],
  ConfigPodSandboxError: ['infrastructure', 'the node cannot create the pod’s sandbox'],
  KillPodSandboxError: ['infrastructure', 'the node cannot replace the pod’s sandbox'],
}

/** What a container that waits says; null when it does not wait, or only for its turn. */
export function waitingFailure(container: ContainerStatusView, path: string, word: string): Failure | null {
  const { reason = '', message = '' } = container.state?.waiting ?? {}
  if (reason === 'CrashLoopBackOff') return crashed(container, path, word)
  const known = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined
  if (known === undefined) return null
  const [failureClass, words] = known
  return {
    class: isInfrastructureMessage(message) ? 'infrastructure' : failureClass,
    evidence: `${path}.state.waiting.reason=${reason}`,
    message: `${word} ${container.name} waits: ${words}${message ? `: ${message}` : ''}`,
  }
}

/** It was restarted until the kubelet had enough: its last end says why. */
function crashed(container: ContainerStatusView, path: string, word: string): Failure {
  const last = container.lastState?.terminated
  const end =
    last === undefined ? null : terminatedFailure({ ...container, state: { terminated: last } }, path, undefined, word)
  return {
    class: end?.class ?? 'user',
    evidence: `${path}.state.waiting.reason=CrashLoopBackOff`,
    message: end?.message ?? `${word} ${container.name} ends again and again`,
  }
}
