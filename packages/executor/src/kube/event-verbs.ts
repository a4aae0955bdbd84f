import type { JsonRequests } from './json-requests.ts'
import type { EventVerbs, ListEventsOptions } from './kube-client.ts'
import { pathSegment } from './pod-paths.ts'
import type { PodEvent } from './types.ts'

/** Events of one kind are counted, not repeated; a pod with more kinds than this has told enough. */
const LIMIT = 100
/** What is kept of a message: kubelets quote whole errors of runtimes and registries. */
const MESSAGE_LIMIT = 1_024

/** The verbs on events, over HTTP and JSON. */
export class HttpEventVerbs implements EventVerbs {
  readonly #json: JsonRequests

  constructor(json: JsonRequests) {
    this.#json = json
  }

  async listOfPod(namespace: string, { name, uid }: PodOfEvents, options: ListEventsOptions = {}) {
    // By name: the taint manager's events have no uid. Those of another pod of that name are left out here.
    const fieldSelector = `involvedObject.kind=Pod,involvedObject.name=${name}`
    const path = `/api/v1/namespaces/${pathSegment(namespace)}/events`
    const { items } = await this.#json.object<{ items?: readonly RawEvent[] | null }>(options, {
      method: 'GET',
      path,
      query: { fieldSelector, limit: options.limit ?? LIMIT },
    })
    return (items ?? [])
      .filter(({ involvedObject }) => uid === undefined || (involvedObject?.uid || uid) === uid)
      .map(projectEvent)
  }
}

type PodOfEvents = Parameters<EventVerbs['listOfPod']>[1]

interface RawEvent extends PodEvent {
  readonly involvedObject?: { readonly uid?: string }
  readonly firstTimestamp?: string | null
  readonly metadata?: { readonly creationTimestamp?: string }
  readonly series?: { readonly lastObservedTime?: string | null }
}

/** Those who write events set any of five times. */
function projectEvent(event: RawEvent): PodEvent {
  const { type, reason, message, count, series } = event
  const at =
    series?.lastObservedTime ??
    event.lastTimestamp ??
    event.eventTime ??
    event.firstTimestamp ??
    event.metadata?.creationTimestamp
  return {
    ...(type ? { type } : {}),
    ...(reason ? { reason } : {}),
    ...(message ? { message: message.slice(0, MESSAGE_LIMIT).trim() } : {}),
    ...(count ? { count } : {}),
    ...(at ? { lastTimestamp: at } : {}),
  }
}
