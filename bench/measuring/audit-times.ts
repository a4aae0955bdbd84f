import { type PodRequest, podRequests } from '../../test/kubernetes/audit-log.ts'
import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { waitUntil } from '../../test/kubernetes/wait-until.ts'

/** A request in the server's own words, its times in milliseconds of the epoch. */
export interface TimedRequest extends PodRequest {
  readonly received: number
  readonly answered: number
}

/** The requests that the server has answered since, in the order of their answers. */
export async function requestsSince(server: Kubernetes, since: number): Promise<TimedRequest[]> {
  const requests: TimedRequest[] = []
  for await (const request of podRequests(server.auditLogPath)) {
    const received = epochMs(request.receivedAt)
    if (received >= since) requests.push({ ...request, received, answered: epochMs(request.answeredAt) })
  }
  return requests
}

/** Whether a request asks for everything that is there: a list, or a watch that begins with one, as one from no version does. */
export function isList({ verb, uri }: PodRequest): boolean {
  if (verb !== 'watch') return verb === 'list'
  const query = queryOf(uri)
  return query.get('sendInitialEvents') === 'true' || ['', '0'].includes(query.get('resourceVersion') ?? '')
}

/** Which pods a list or watch asks for. */
export function labelSelectorOf({ uri }: PodRequest): string | null {
  return queryOf(uri).get('labelSelector')
}

function queryOf(uri: string): URLSearchParams {
  return new URLSearchParams(uri.includes('?') ? uri.slice(uri.indexOf('?')) : '')
}

/** Creates that made a pod, in the order of their answers; waits until the log has so many of them. */
export async function creates(server: Kubernetes, since: number, count: number): Promise<TimedRequest[]> {
  return await successful(server, since, count, (request) => request.verb === 'create' && request.subresource === null)
}

/** The answered requests that are meant; the log may have the last of them a moment after the client. */
export async function successful(
  server: Kubernetes,
  since: number,
  count: number,
  isMeant: (request: PodRequest) => boolean,
): Promise<TimedRequest[]> {
  return await waitUntil(
    async () => {
      const found = (await requestsSince(server, since)).filter(
        (request) => request.code >= 200 && request.code < 300 && isMeant(request),
      )
      return found.length >= count ? found : null
    },
    { what: `${count} requests in the audit log`, withinMs: 20_000, everyMs: 500 },
  )
}

/**
 * How many a second, from when the work was given until the last was answered. Not from the first request: who prepares many
 * before sending one has worked by then.
 */
export function ratePerSecond(requests: readonly TimedRequest[], since: number): number {
  return (requests.length / (Math.max(...requests.map(({ answered }) => answered)) - since)) * 1000
}

/** Between the first that was received and the last that was answered. */
export function secondsOf(requests: readonly TimedRequest[]): number {
  const first = Math.min(...requests.map(({ received }) => received))
  const last = Math.max(...requests.map(({ answered }) => answered))
  return (last - first) / 1000
}

/** How many of them the server had at a time, on average (Little's law). */
export function meanInFlight(requests: readonly TimedRequest[]): number {
  const busyMs = requests.reduce((sum, { received, answered }) => sum + answered - received, 0)
  return busyMs / 1000 / secondsOf(requests)
}

/** ISO 8601 with microseconds, which `Date` would cut off. */
export function epochMs(text: string): number {
  const fraction = /\.(\d+)Z$/.exec(text)?.[1] ?? ''
  return Date.parse(text.replace(/\.\d+Z$/, 'Z')) + Number(`0.${fraction}0`) * 1000
}
