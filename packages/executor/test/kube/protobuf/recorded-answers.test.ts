import { expect, it } from 'vitest'
import { podViewOf } from '../../../../../test/support/pod-view-of.ts'
import { answerStatus } from '../../../src/kube/answer-status.ts'
import { decodeWatchEvent } from '../../../src/kube/decode-watch-event.ts'
import { decodePod, decodePodList } from '../../../src/kube/protobuf/decode-answer.ts'
import type { List, Pod, WatchEvent } from '../../../src/kube/types.ts'
import { watchDecoder } from '../../../src/kube/watch-decoder.ts'
import { projectPod } from '../../../src/loops/tracking/pod-record.ts'
import { recordedJson, recordedLines, recordedProtobuf } from '../../support/recorded-answer.ts'

const STREAM = 'application/vnd.kubernetes.protobuf;stream=watch'

function eventsIn<T>(chunks: readonly Buffer[], project: Parameters<typeof watchDecoder<T>>[1]): WatchEvent<T>[] {
  const decoder = watchDecoder(STREAM, project)
  return [...chunks.flatMap((chunk) => [...decoder.push(chunk)]), ...decoder.end()]
}

it('a list of a real server says in protobuf what it says in JSON', async () => {
  const json = recordedJson<{ metadata: List<unknown>; items: Pod[] }>('pod-list')
  const views = await decodePodList(recordedProtobuf('pod-list'), (pod) => pod)
  expect(views.metadata).toEqual(json.metadata)
  expect(views.metadata).toMatchObject({ continue: expect.any(String), remainingItemCount: 1 })
  expect(views.items).toEqual(json.items.map(podViewOf))
  const records = await decodePodList(recordedProtobuf('pod-list'), projectPod)
  expect(records.items).toStrictEqual(json.items.map(projectPod))
})

it('a watch of a real server says in protobuf what it says in JSON', () => {
  const lines = recordedLines('watch')
  const events = eventsIn([recordedProtobuf('watch')], projectPod)
  expect(events).toStrictEqual(lines.map((line) => decodeWatchEvent(line, projectPod)))
  expect(events.map(({ type }) => type)).toEqual([
    'ADDED',
    'BOOKMARK',
    'ADDED',
    ...Array.from({ length: 5 }, () => 'MODIFIED'),
    'DELETED',
    'BOOKMARK',
  ])
  expect(events[1]).toMatchObject({ initialEventsEnd: true })
})

it('a watch reads the same however its bytes are cut', () => {
  const stream = recordedProtobuf('watch')
  const whole = eventsIn([stream], projectPod)
  for (const size of [1, 3, 1_000, 4_096]) {
    const chunks: Buffer[] = []
    for (let at = 0; at < stream.length; at += size) chunks.push(stream.subarray(at, at + size))
    expect(eventsIn(chunks, projectPod), `chunks of ${size} bytes`).toEqual(whole)
  }
})

it('an error event and a refusal of a real server are whole', () => {
  const [line = ''] = recordedLines('watch-error')
  const events = eventsIn([recordedProtobuf('watch-error')], projectPod)
  expect(events).toEqual([{ type: 'ERROR', status: JSON.parse(line).object }])
  expect(answerStatus(422, recordedProtobuf('invalid'))).toEqual(recordedJson('invalid'))
})

it('the metadata of a pod is read as a pod without the rest', () => {
  const { metadata } = recordedJson<Pod>('metadata')
  expect(decodePod(recordedProtobuf('metadata'))).toEqual({ metadata: podViewOf({ metadata } as Pod).metadata })
})
