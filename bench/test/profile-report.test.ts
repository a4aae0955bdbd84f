import { expect, it } from 'vitest'
import { profiledFunctions } from '../profile-report.ts'

const ours = new URL('../../packages/executor/src/watch/reflector.ts', import.meta.url).href
const theirs = new URL('../../node_modules/undici/lib/pool.js', import.meta.url).href
const frame = (functionName: string, url: string) => ({ functionName, url, lineNumber: 9 })

it('shares the busy time among functions, by where they are', () => {
  const functions = profiledFunctions({
    nodes: [
      { id: 1, callFrame: frame('(idle)', '') },
      { id: 2, callFrame: frame('decode', ours) },
      { id: 3, callFrame: frame('dispatch', theirs) },
      { id: 4, callFrame: frame('decode', ours) },
    ],
    samples: [1, 2, 3, 4, 1],
    timeDeltas: [500, 10, 30, 60, 500],
  })
  expect(functions).toEqual([
    { name: 'decode', place: 'packages/executor/src/watch/reflector.ts:10', share: 0.7, isOurs: true },
    { name: 'dispatch', place: 'node_modules/undici/lib/pool.js:10', share: 0.3, isOurs: false },
  ])
})
