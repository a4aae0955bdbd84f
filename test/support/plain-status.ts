/** Fields with a time, an address or an id, and what stands for them in a {@link plainStatus}. */
const STANDINS: Readonly<Record<string, string>> = {
  lastTransitionTime: 'time',
  startTime: 'time',
  startedAt: 'time',
  finishedAt: 'time',
  containerID: 'id',
  imageID: 'id',
  hostIP: 'address',
  podIP: 'address',
  ip: 'address',
}

/** The beginning of a container runtime's time, which is no time of a test. */
const NEVER = '1970-01-01T00:00:00Z'

/**
 * A pod's status but for what differs from one pod to the next: every time, address and id that is there is the word
 * `time`, `address` or `id`. What is empty or null stays.
 */
export function plainStatus(status: unknown): unknown {
  if (Array.isArray(status)) return status.map(plainStatus)
  if (typeof status !== 'object' || status === null) return status
  return Object.fromEntries(
    Object.entries(status).map(([field, value]) => {
      const standin = STANDINS[field]
      return [field, standin && typeof value === 'string' && value && value !== NEVER ? standin : plainStatus(value)]
    }),
  )
}
