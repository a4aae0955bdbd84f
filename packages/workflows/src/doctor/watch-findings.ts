import {
  isBadRequest,
  isForbidden,
  isInvalid,
  KubeApiError,
  type KubeClient,
  KubeConnectionError,
} from '@davit/executor'
import { type Asked, wordsOf } from './asked.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** How a watch begins on this server. */
type WatchStart =
  /** With the list, and a bookmark behind it. */
  | 'watch-list'
  /** Behind a list in pages; bookmarks come. */
  | 'pages'
  /** Behind a list in pages, and no bookmark came. */
  | 'no-bookmarks'

/** Matches nothing: it is the stream that is looked at, not the pods. */
const NOTHING = 'davit-deployment=davit-doctor'
/** A server sends a bookmark two seconds before the end that it was asked for. */
const WATCH_SECONDS = 4
const SILENCE_MS = 8_000

/** Opens a watch as an executor does, until it has shown whether it works. @param namespace null: of all namespaces */
export async function tryWatch(kube: Pick<KubeClient, 'pods'>, namespace: string | null): Promise<Asked<WatchStart>> {
  const watch = (start: { sendInitialEvents: true } | { resourceVersion: string }) =>
    kube.pods.watch(namespace, {
      labelSelector: NOTHING,
      timeoutSeconds: WATCH_SECONDS,
      silenceMs: SILENCE_MS,
      project: () => null,
      ...start,
    })
  try {
    for await (const event of watch({ sendInitialEvents: true })) {
      if (event.type === 'BOOKMARK') return { value: 'watch-list' }
    }
  } catch (error) {
    // Servers without it refuse the parameter.
    if (!isInvalid(error) && !isBadRequest(error)) return failed(error)
  }
  try {
    for await (const event of watch({ resourceVersion: '0' })) if (event.type === 'BOOKMARK') return { value: 'pages' }
    return { value: 'no-bookmarks' }
  } catch (error) {
    return failed(error)
  }
}

function failed(error: unknown): Asked<WatchStart> {
  if (error instanceof KubeApiError || error instanceof KubeConnectionError) return { error }
  throw error
}

/** What the watch of one scope has shown. */
export function watchFindings(answer: Asked<WatchStart>, namespace: string | null): readonly Finding[] {
  if ('value' in answer) {
    if (answer.value === 'watch-list') {
      return [ok('watch', 'pods can be watched; a watch begins with its list, and bookmarks come', namespace)]
    }
    if (answer.value === 'pages') {
      return [ok('watch', 'pods can be watched, behind a list in pages; bookmarks come', namespace)]
    }
    const trouble = {
      what: `pods can be watched, but no bookmark came within ${WATCH_SECONDS} s`,
      why: 'without bookmarks a quiet watch is taken for a dead one after 150 s, and begins again with a list',
      todo: 'a proxy before the API server may hold back what it sends: let streams through at once',
    }
    return [warning('watch', trouble, namespace)]
  }
  if (isForbidden(answer.error)) {
    const trouble = {
      what: `the watch was not tried: ${wordsOf(answer.error)}`,
      why: 'without watch and list of pods nobody sees them start and end',
      todo: 'grant them, and ask again',
    }
    return [warning('watch', trouble, namespace)]
  }
  const trouble = {
    what: `pods cannot be watched: ${wordsOf(answer.error)}`,
    why: 'tasks stay queued: their pods run, and nobody sees it',
    todo: 'a proxy before the API server may hold back or cut streams: let them through at once, for ten minutes at least',
  }
  return [problem('watch', trouble, namespace)]
}
