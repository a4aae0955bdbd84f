import { describe, expect, it } from 'vitest'
import type { PodView } from '../../../src/kube/pod-view.ts'
import { UnreadableAnswer } from '../../../src/kube/unreadable-answer.ts'
import { watchDecoder } from '../../../src/kube/watch-decoder.ts'
import { bytes, envelope, frame, message } from '../../support/protobuf-writer.ts'

const name = (pod: PodView) => pod.metadata?.name
const podOf = (metadata: object) => envelope('Pod', message('Pod', { metadata }))
const decoder = (project = name) => watchDecoder('application/vnd.kubernetes.protobuf;stream=watch', project)
const decode = (...frames: readonly Buffer[]) => [...decoder().push(Buffer.concat(frames))]

describe('a frame of a watch', () => {
  it.each(['ADDED', 'MODIFIED', 'DELETED'])('keeps of a pod %s only the projection', (type) => {
    const pod = podOf({ name: 'p', resourceVersion: '7' })
    expect(decode(frame(type, pod))).toEqual([{ type, resourceVersion: '7', object: 'p' }])
  })

  it('reads a bookmark, and whether it ends the initial events', () => {
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    expect(
      decode(
        frame('BOOKMARK', podOf({ resourceVersion: '9' })),
        frame('BOOKMARK', podOf({ resourceVersion: '9', annotations })),
      ),
    ).toEqual([
      { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: false },
      { type: 'BOOKMARK', resourceVersion: '9', initialEventsEnd: true },
    ])
  })

  it('makes a status of an error that has none', () => {
    expect(decode(frame('ERROR', podOf({})))).toMatchObject([
      { type: 'ERROR', status: { code: 500, reason: 'InternalError', message: 'an object of kind Pod' } },
    ])
  })

  it.each([
    ['an event without an object', bytes(1, 'ADDED'), /a frame that is no event/],
    ['nothing', Buffer.alloc(0), /a frame that is no event/],
    ['a node', eventOf('ADDED', envelope('Node', Buffer.alloc(0))), /an event about "Node"/],
    ['an event without a version', eventOf('ADDED', podOf({ name: 'p' })), /an event without a version/],
    ['a bookmark without a version', eventOf('BOOKMARK', podOf({})), /an event without a version/],
    ['an event of another type', eventOf('MOVED', podOf({ resourceVersion: '1' })), /an event of unknown type "MOVED"/],
    ['JSON in the frame', Buffer.from('{"type":"ADDED"}'), /protobuf/],
    ['an object that is no protobuf', eventOf('ADDED', Buffer.from('{"kind":"Pod"}')), /14 bytes that are no object/],
  ])('refuses %s', (_, content, message) => {
    const header = Buffer.alloc(4)
    header.writeUInt32BE(content.length)
    expect(() => decode(header, content)).toThrow(UnreadableAnswer)
    expect(() => decode(header, content)).toThrow(message)
  })

  it('gives what came before the frame that cannot be read', () => {
    const events = decoder().push(
      Buffer.concat([frame('ADDED', podOf({ name: 'p', resourceVersion: '1' })), Buffer.alloc(4)]),
    )
    const iterator = events[Symbol.iterator]()
    expect(iterator.next().value).toMatchObject({ object: 'p' })
    expect(() => iterator.next()).toThrow(UnreadableAnswer)
  })

  it('refuses a length that cannot be before it waits for so many bytes', () => {
    expect(() => decode(Buffer.from('{"type":'))).toThrow(/a frame is longer than 33554432 bytes/)
  })

  it('joins a frame of 8 MiB from 64 KiB chunks in well under a second, and goes on behind it', () => {
    const name = 'n'.repeat(8 * 1024 * 1024)
    const long = frame('ADDED', podOf({ name, resourceVersion: '1' }))
    const stream = Buffer.concat([long, frame('ADDED', podOf({ name: 'next', resourceVersion: '2' }))])
    const reader = decoder()
    const before = performance.now()
    const events = []
    for (let at = 0; at < stream.length; at += 65_536) events.push(...reader.push(stream.subarray(at, at + 65_536)))
    expect(performance.now() - before).toBeLessThan(1_000)
    expect(events.map((event) => 'object' in event && event.object?.length)).toEqual([name.length, 'next'.length])
  })

  it('refuses a stream that ends within a frame', () => {
    const whole = frame('ADDED', podOf({ name: 'p', resourceVersion: '1' }))
    for (let length = 1; length < whole.length; length++) {
      const reader = decoder()
      expect([...reader.push(whole.subarray(0, length))]).toEqual([])
      expect(() => [...reader.end()]).toThrow(UnreadableAnswer)
    }
  })

  it('lets what a projection throws pass', () => {
    const failing = decoder(() => {
      throw new Error('mine')
    })
    expect(() => [...failing.push(frame('ADDED', podOf({ resourceVersion: '1' })))]).toThrow('mine')
  })
})

function eventOf(type: string, object: Buffer): Buffer {
  return frame(type, object).subarray(4)
}
