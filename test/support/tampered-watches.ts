import { KubeApiError, type KubeClient, type WatchEvent } from '@davit/executor'
import { wrappedPods } from './wrapped-pods.ts'

export interface Tampering {
  /** The server knows no initial events, so that lists come in pages of this size. */
  readonly pageSize?: number
  /** Called when a page has come that is not the last. */
  readonly onPage?: () => void
  /** The event never comes. */
  readonly loses?: (event: WatchEvent<unknown>) => boolean
}

/** What an executor has asked for, and what it was told. */
export interface WatchCounts {
  /** Full lists that began, by pages or by a watch. */
  lists: number
  /** Streams that were opened. */
  watches: number
  /** Of them at one time. */
  mostOpen: number
  /** Events that were about pods, those of lists by watch left out. */
  events: number
  lost: number
}

/** A client whose lists and watches are counted, and tampered with. */
export function tamperedWatches(
  kube: KubeClient,
  tampering: Tampering = {},
): { kube: KubeClient; counts: WatchCounts } {
  const { pageSize, onPage, loses = () => false } = tampering
  const counts: WatchCounts = { lists: 0, watches: 0, mostOpen: 0, events: 0, lost: 0 }
  let open = 0
  const { pods } = kube
  const tampered = wrappedPods(pods, {
    async list(namespace, options) {
      if (options.continue === undefined) counts.lists += 1
      const list = await pods.list(namespace, pageSize === undefined ? options : { ...options, limit: pageSize })
      if (list.continue !== undefined) onPage?.()
      return list
    },
    async *watch(namespace, options) {
      if (options.sendInitialEvents && pageSize !== undefined) throw withoutInitialEvents()
      if (options.sendInitialEvents) counts.lists += 1
      counts.watches += 1
      open += 1
      counts.mostOpen = Math.max(counts.mostOpen, open)
      let isListing = options.sendInitialEvents === true
      try {
        for await (const event of pods.watch(namespace, options)) {
          if (event.type === 'BOOKMARK') {
            if (event.initialEventsEnd) isListing = false
          } else if (!isListing && event.type !== 'ERROR') {
            if (loses(event)) {
              counts.lost += 1
              continue
            }
            counts.events += 1
          }
          yield event
        }
      } finally {
        open -= 1
      }
    },
  })
  return { kube: { ...kube, pods: tampered }, counts }
}

function withoutInitialEvents(): KubeApiError {
  const message = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'
  return new KubeApiError({
    status: { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 422, reason: 'Invalid', message },
    httpStatus: 422,
    method: 'GET',
    path: '/api/v1/pods',
  })
}
