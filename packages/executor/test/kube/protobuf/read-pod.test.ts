import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodePod } from '../../../src/kube/protobuf/decode-answer.ts'
import { UnreadableAnswer } from '../../../src/kube/unreadable-answer.ts'
import { podViews } from '../../support/pod-view-arbitrary.ts'
import { bytes, envelope, field, message, varint } from '../../support/protobuf-writer.ts'

/** Fields of numbers that no message has yet, of every wire type that there is. */
const unknownFields = [
  field(5_000, 0, varint(-1n)),
  field(5_001, 1, Buffer.alloc(8, 0xff)),
  bytes(5_002, 'whatever'),
  field(5_003, 5, Buffer.alloc(4, 0xff)),
  // A number that is known, of another wire type.
  field(9, 0, varint(7n)),
  field(1, 5, Buffer.alloc(4)),
]

const pod = (view: object, noise?: () => Buffer) => decodePod(envelope('Pod', message('Pod', view, noise)))

describe('a pod in protobuf', () => {
  it('reads as it was written, by the numbers of Kubernetes’ sources', () => {
    fc.assert(
      fc.property(podViews, (view) => {
        expect(pod(view)).toEqual(view)
      }),
    )
  })

  it('reads the same among fields that are not known', () => {
    let turn = 0
    const noise = () => unknownFields[turn++ % unknownFields.length] as Buffer
    fc.assert(
      fc.property(podViews, (view) => {
        expect(pod(view, noise)).toEqual(view)
      }),
    )
  })

  it('is refused where its bytes end too early, wherever that is', () => {
    const sample = fc.sample(podViews, { seed: 1, numRuns: 5 })
    for (const view of sample) {
      const whole = message('Pod', view)
      // Behind it stand only the two empty fields of the envelope.
      const written = envelope('Pod', whole)
      for (let length = 0; length < written.length - 4; length++) {
        expect(() => decodePod(written.subarray(0, length)), `${length} bytes`).toThrow(UnreadableAnswer)
      }
      expect(decodePod(written.subarray(0, written.length - 4))).toEqual(view)
    }
  })

  it('is refused where a field claims more than its message has', () => {
    // The label's value goes on into what stands behind the entry.
    const label = bytes(11, Buffer.concat([bytes(1, 'a'), Buffer.from([0x12, 9, 0x62])]))
    const metadata = bytes(1, Buffer.concat([label, bytes(1, 'a name that is long enough')]))
    expect(() => decodePod(envelope('Pod', metadata))).toThrow('goes beyond its message')
  })

  it.each([
    ['a group', Buffer.from([0x0b]), /a group/],
    ['the end of a group', Buffer.from([0x0c]), /a group/],
    ['a wire type that there is not', Buffer.from([0x0f]), /unknown wire type/],
    ['a field without a number', Buffer.from([0x02, 0x00]), /without a number/],
    ['a number without an end', field(20, 0, Buffer.alloc(11, 0xff)), /too long/],
    ['a tag without an end', Buffer.alloc(6, 0xff), /too long/],
    ['a length without an end', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), /too long/],
    ['a length of 4 GiB', Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0x0f]), /in the middle of a field/],
  ])('refuses %s', (_, content, message) => {
    expect(() => decodePod(envelope('Pod', content))).toThrow(UnreadableAnswer)
    expect(() => decodePod(envelope('Pod', content))).toThrow(message)
  })

  it.each([
    ['nothing', Buffer.alloc(0), '0 bytes that are no object of Kubernetes in protobuf'],
    ['JSON', Buffer.from('{"kind":"Pod"}'), '14 bytes that are no object of Kubernetes in protobuf'],
    ['another kind', envelope('Node', Buffer.alloc(0)), 'an object of kind "Node"'],
    [
      'what is packed otherwise',
      Buffer.concat([Buffer.from('k8s\0'), bytes(2, ''), bytes(3, 'gzip')]),
      'an encoding of its own',
    ],
  ])('refuses %s', (_, given, message) => {
    expect(() => decodePod(given)).toThrow(message)
  })

  it('fails in no other way, whatever the bytes', () => {
    const written = envelope('Pod', message('Pod', fc.sample(podViews, { seed: 2, numRuns: 1 })[0] as object))
    const edits = fc.array(fc.tuple(fc.nat(written.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    const failures = new Set<unknown>()
    fc.assert(
      fc.property(edits, (changes) => {
        const spoilt = Buffer.from(written)
        for (const [at, byte] of changes) spoilt[at] = byte
        try {
          decodePod(spoilt)
        } catch (error) {
          failures.add((error as Error).name)
        }
      }),
      { numRuns: 5_000 },
    )
    expect([...failures]).toEqual(['UnreadableAnswer'])
  })

  it('has null for times that JSON could not hold', () => {
    const at = (seconds: bigint) => bytes(1, bytes(8, field(1, 0, varint(seconds))))
    const timeOf = (seconds: bigint) => (decodePod(envelope('Pod', at(seconds))) as { metadata: object }).metadata
    expect(timeOf(253_402_300_800n)).toMatchObject({ creationTimestamp: null })
    expect(timeOf(-(2n ** 63n))).toMatchObject({ creationTimestamp: null })
    expect(timeOf(0n)).toMatchObject({ creationTimestamp: '1970-01-01T00:00:00Z' })
    // Fractions of a second, which other writers may set, are not in JSON either.
    const withNanos = bytes(1, bytes(8, Buffer.concat([field(1, 0, varint(1n)), field(2, 0, varint(999_999_999n))])))
    expect(decodePod(envelope('Pod', withNanos))).toMatchObject({
      metadata: { creationTimestamp: '1970-01-01T00:00:01Z' },
    })
  })
})
