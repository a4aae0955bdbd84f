import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { launchId, launchNumber, podName } from '../../src/pods/launch-name.ts'

const key = { dagId: 'sales', taskId: 'sum_rows', runId: 'manual__1', tryNumber: 2, mapIndex: -1 }
const launch = { deployment: 'default', key, number: 3 }

describe('podName', () => {
  it('is a function of deployment, key, try and launch', () => {
    expect(podName(launch)).toMatch(/^sales-sum-rows-[a-z0-9]{8}$/)
    expect(podName({ ...launch, key: { ...key } })).toBe(podName(launch))
    const others = [
      { ...launch, deployment: 'other' },
      { ...launch, number: 4 },
      { ...launch, key: { ...key, tryNumber: 3 } },
      { ...launch, key: { ...key, mapIndex: 0 } },
      { ...launch, key: { ...key, runId: 'manual__2' } },
      { ...launch, key: { ...key, dagId: 'Sales' } },
    ]
    expect(new Set([launch, ...others].map(podName)).size).toBe(7)
  })

  it('stays the same from version to version: a running pod is found by it', () => {
    expect(podName(launch)).toBe('sales-sum-rows-xkgst4b6')
    expect(launchId(launch)).toBe('2-3-xkgst4b6')
  })

  it('is always a valid name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.nat(), (dagId, taskId, number) => {
        const name = podName({ deployment: 'default', key: { ...key, dagId, taskId }, number })
        expect(name).toMatch(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
      }),
    )
    expect(podName({ ...launch, key: { ...key, dagId: 'd'.repeat(200) } })).toHaveLength(63)
    expect(podName({ ...launch, key: { ...key, dagId: '🙂', taskId: '🙂' } })).toMatch(/^[a-z0-9]{8}$/)
  })
})

/** As it was set; fewer where time is short. */
const PAIRS = Number(process.env.NAME_PAIRS ?? 20_000)

it(`P20: no two of ${PAIRS} pairs of random ids have the same name, nor pairs that are equal in their first 63 characters`, () => {
  // Ids as people write them, each of a pair one character away from the other.
  const random = fc.sample(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat()), {
    numRuns: 1_000,
    seed: 1,
  })
  const collisions: unknown[] = []
  for (let index = 0; index < PAIRS; index++) {
    const [text, number] = random[index % random.length] ?? ['', 0]
    const dagId = `${text}${'y'.repeat(number % 90)}${index}`
    const pair = [dagId, `${dagId}${index % 2 === 0 ? '_' : 'z'}`].map((id) => nameOf(id))
    if (pair[0] === pair[1]) collisions.push(pair)
  }
  expect(collisions).toEqual([])
})

function nameOf(dagId: string): string {
  return podName({ deployment: 'default', key: { ...key, dagId }, number: 1 })
}

describe('launchId', () => {
  it('has the try, the launch, and the end of the name', () => {
    expect(launchId(launch)).toBe(`2-3-${podName(launch).slice(-8)}`)
  })
})

describe('launchNumber', () => {
  it('is read from the id', () => {
    expect(launchNumber(launchId(launch))).toBe(3)
  })

  it.each(['', '2', '2--abc', '2-0-abc', '2-x-abc', '2-1.5-abc'])('is null in %j', (id) => {
    expect(launchNumber(id)).toBeNull()
  })
})
