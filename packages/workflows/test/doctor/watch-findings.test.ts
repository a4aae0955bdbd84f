import { KubeApiError, type KubeClient, KubeConnectionError, type WatchEvent } from '@davit/executor'
import { expect, it } from 'vitest'
import { tryWatch, watchFindings } from '../../src/doctor/watch-findings.ts'

const bookmark: WatchEvent<null> = { type: 'BOOKMARK', resourceVersion: '7', initialEventsEnd: true }

const refusal = (httpStatus: number, reason: string) =>
  new KubeApiError({
    status: { kind: 'Status', apiVersion: 'v1', reason, message: reason },
    httpStatus,
    method: 'GET',
    path: '/',
  })

const silence = new KubeConnectionError({
  kind: 'silence',
  server: 'https://k',
  method: 'GET',
  path: '/',
  reason: 'not a byte came for 8 s',
  mayHaveArrived: true,
})

/** What a watch with its list, and one from a version, come to: events, or an error. */
async function found(
  withList: readonly WatchEvent<null>[] | Error,
  fromVersion: readonly WatchEvent<null>[] | Error = [],
) {
  const watch = async function* (_: unknown, { sendInitialEvents }: { sendInitialEvents?: boolean }) {
    const outcome = sendInitialEvents ? withList : fromVersion
    if (outcome instanceof Error) throw outcome
    yield* outcome
  }
  const [finding] = watchFindings(await tryWatch({ pods: { watch } as unknown as KubeClient['pods'] }, 'n'), 'n')
  return [finding?.level, finding?.what]
}

it('tells how watches begin on a server, and whether bookmarks come', async () => {
  expect(await found([bookmark])).toEqual([
    'ok',
    'pods can be watched; a watch begins with its list, and bookmarks come',
  ])
  const old = refusal(422, 'Invalid')
  expect(await found(old, [bookmark])).toEqual(['ok', 'pods can be watched, behind a list in pages; bookmarks come'])
  expect(await found(old, [])).toEqual(['warning', 'pods can be watched, but no bookmark came within 4 s'])
})

it('tells a watch that is not allowed from one that says nothing', async () => {
  expect(await found(refusal(403, 'Forbidden'))).toEqual(['warning', 'the watch was not tried: Forbidden'])
  expect(await found(silence)).toEqual(['problem', expect.stringContaining('not a byte came for 8 s')])
  expect(await found(refusal(422, 'Invalid'), silence)).toEqual(['problem', expect.stringContaining('not a byte came')])
})
