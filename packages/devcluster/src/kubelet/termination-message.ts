/** The most that is read of one termination file: its end. Kubernetes: MaxContainerTerminationMessageLength. */
export const TERMINATION_FILE_BYTES = 4096

/** What all containers of a pod share. Kubernetes: MaxPodTerminationMessageLogLength. */
const POD_MESSAGE_BYTES = 12_288

/** The end of the log that stands in for the message: so many lines at most, and so many bytes of them. */
export const FALLBACK_LOG_LINES = 80
export const FALLBACK_LOG_BYTES = 2048

/**
 * The message of a terminated container: the end of its termination file, or, with FallbackToLogsOnError and an exit code
 * other than 0, the end of its log when the file is empty. Cut to the container's share of the pod's 12 KiB, from the
 * front, as the kubelet's status manager cuts.
 */
export function terminationMessage(input: {
  /** What the file holds; more than {@link TERMINATION_FILE_BYTES} is cut. */
  readonly file: Uint8Array
  readonly exitCode: number
  readonly policy: string | undefined
  /** The last lines of the log, asked for only when they are needed. */
  readonly logTail: () => Uint8Array
  /** Of all kinds. */
  readonly containersInPod: number
}): string {
  const isFallback = input.policy === 'FallbackToLogsOnError' && input.exitCode !== 0 && input.file.length === 0
  const source = isFallback ? last(input.logTail(), FALLBACK_LOG_BYTES) : last(input.file, TERMINATION_FILE_BYTES)
  return Buffer.from(source.subarray(0, Math.floor(POD_MESSAGE_BYTES / Math.max(1, input.containersInPod)))).toString(
    'utf8',
  )
}

function last(bytes: Uint8Array, count: number): Uint8Array {
  return bytes.length > count ? bytes.subarray(bytes.length - count) : bytes
}
