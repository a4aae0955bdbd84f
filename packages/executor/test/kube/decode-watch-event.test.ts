import { describe, expect, it } from 'vitest'
import { decodeWatchEvent } from '../../src/kube/decode-watch-event.ts'
import type { PodView } from '../../src/kube/pod-view.ts'
import { UnreadableAnswer } from '../../src/kube/unreadable-answer.ts'

const name = (pod: PodView) => pod.metadata?.name
const decode = (event: unknown) => decodeWatchEvent(JSON.stringify(event), name)

describe('decodeWatchEvent', () => {
  it.each(['ADDED', 'MODIFIED', 'DELETED'])('keeps of a pod %s only the projection', (type) => {
    const object = { kind: 'Pod', metadata: { name: 'p', resourceVersion: '7' }, spec: {} }
    expect(decode({ type, object })).toEqual({ type, resourceVersion: '7', object: 'p' })
  })

  it('reads a bookmark, and whether it ends the initial events', () => {
    expect(decode({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } })).toEqual({
      type: 'BOOKMARK',
      resourceVersion: '9',
      initialEventsEnd: false,
    })
    const annotations = { 'k8s.io/initial-events-end': 'true' }
    expect(decode({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9', annotations } } })).toMatchObject({
      initialEventsEnd: true,
    })
  })

  it('keeps the status of an error whole, and makes one of anything else', () => {
    const status = { kind: 'Status', apiVersion: 'v1', code: 410, reason: 'Expired', message: 'too old' }
    expect(decode({ type: 'ERROR', object: status })).toEqual({ type: 'ERROR', status })
    expect(decode({ type: 'ERROR', object: { what: 1 } })).toMatchObject({
      status: { code: 500, message: '{"what":1}' },
    })
  })

  it.each([
    ['{"type":"ADDED","object":{"metadata":{"secret', /a line of 45 characters that is not JSON/],
    ['null', /a line that is no event/],
    ['{"type":"ADDED"}', /a line that is no event/],
    ['{"type":"ADDED","object":{"metadata":{}}}', /an event without a version/],
    ['{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":""}}}', /an event without a version/],
    ['{"type":"MOVED","object":{"metadata":{"resourceVersion":"1"}}}', /an event of unknown type "MOVED"/],
    ['{"metadata":{"resourceVersion":"1"},"kind":"Pod"}', /a line that is no event/],
  ])('refuses %s without quoting it', (line, message) => {
    expect(() => decodeWatchEvent(line, name)).toThrow(UnreadableAnswer)
    expect(() => decodeWatchEvent(line, name)).toThrow(message)
  })
})
