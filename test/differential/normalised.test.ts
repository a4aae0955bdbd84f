import { describe, expect, it } from 'vitest'
import { normalised } from './normalised.ts'
import type { Transcript } from './run-sequence.ts'

const NOW = Date.parse('2026-01-02T03:04:05Z')
const first = '11111111-1111-1111-1111-111111111111'
const second = '22222222-2222-2222-2222-222222222222'

/** What becomes of the bodies of answers. */
function bodies(...given: readonly unknown[]): unknown[] {
  const answers = given.map((body) => ({ status: 200, contentType: 'application/json', warnings: [], body }))
  const transcript = { answers, finally: {}, watched: [] } as unknown as Transcript
  return (normalised(transcript, NOW) as { answers: { body: unknown }[] }).answers.map(({ body }) => body)
}

describe('normalised', () => {
  it('calls the same uid the same, and another another', () => {
    expect(bodies({ metadata: { uid: second } }, { message: `not ${first} but ${second}` })).toEqual([
      { metadata: { uid: '<uid 1>' } },
      { message: 'not <uid 2> but <uid 1>' },
    ])
  })

  it('calls the same version the same, in objects and in texts', () => {
    const message = 'the ResourceVersion in the precondition (7) does not match the ResourceVersion in record (9)'
    expect(bodies({ metadata: { name: 'a', resourceVersion: '9' } }, { message })).toEqual([
      { metadata: { name: 'a', resourceVersion: '<version 1>' } },
      {
        message:
          'the ResourceVersion in the precondition (<version 2>) does not match the ResourceVersion in record (<version 1>)',
      },
    ])
  })

  it('does not count a version in which nothing changed that can be seen, where fields are managed', () => {
    const version = (resourceVersion: string, managedFields: readonly string[], app: string) => ({
      metadata: { uid: first, resourceVersion, labels: { app }, managedFields },
    })
    const seen = bodies(version('1', ['a'], 'x'), version('2', ['a', 'b'], 'x'), version('3', ['a', 'b'], 'x'))
    const shown = (number: number) => ({
      metadata: { uid: '<uid 1>', resourceVersion: `<version ${number}>`, labels: { app: 'x' } },
    })
    expect(seen).toEqual([shown(1), shown(1), shown(1)])
  })

  it('knows versions in the words of the storage', () => {
    const message = 'Precondition failed: ResourceVersion in precondition: 7, ResourceVersion in object meta: 9'
    expect(bodies({ message })).toEqual([
      {
        message:
          'Precondition failed: ResourceVersion in precondition: <version 1>, ResourceVersion in object meta: <version 2>',
      },
    ])
  })

  it('knows times of these minutes, and keeps those of long ago', () => {
    expect(bodies({ now: '2026-01-02T03:03:00Z', past: '2001-02-03T04:05:06Z' })).toEqual([
      { now: '<now>', past: '2001-02-03T04:05:06Z' },
    ])
  })

  it('takes the grace period off the end of an object', () => {
    const metadata = { deletionTimestamp: '2026-01-02T05:04:05Z', deletionGracePeriodSeconds: 7_200 }
    expect(bodies({ metadata })).toEqual([{ metadata: { ...metadata, deletionTimestamp: '<now>' } }])
  })

  it('names generated names by their beginning', () => {
    expect(bodies({ metadata: { name: 'gen-bcdfg' } }, { message: 'pods "gen-bcdfg" is gone' })).toEqual([
      { metadata: { name: 'gen-<generated 1>' } },
      { message: 'pods "gen-<generated 1>" is gone' },
    ])
  })

  it('leaves out managedFields, and nothing else', () => {
    expect(bodies({ metadata: { managedFields: [{}], labels: {} }, spec: null })).toEqual([
      { metadata: { labels: {} }, spec: null },
    ])
  })
})
