import { describe, expect, it } from 'vitest'
import { findCycles, type GraphTask, transitiveUpstream } from '../../src/dag/check-upstream.ts'

/** `b: a` means that b is downstream of a. */
function graph(text: string): GraphTask[] {
  return text.split(' ').map((part) => {
    const [taskId = '', upstream = ''] = part.split(':')
    return { taskId, path: ['tasks', taskId], upstream: upstream.split(',').filter(Boolean) }
  })
}

describe('findCycles', () => {
  it.each([
    ['a b:a c:a,b', []],
    ['a:c b:a c:b', [['a', 'b', 'c']]],
    ['start a:start,b b:a end:b', [['a', 'b']]],
    [
      'a:b b:a c:d d:c',
      [
        ['a', 'b'],
        ['c', 'd'],
      ],
    ],
    ['a:b,c b:a c:a', [['a', 'b']]],
    ['a:d b:a c:b d:b,c', [['a', 'b', 'd']]],
    ['a:a b:nope', []],
  ])('%s', (text, cycles) => {
    expect(findCycles(graph(text))).toEqual(cycles)
  })

  it('is quick on a large DAG', () => {
    const tasks = Array.from({ length: 5_000 }, (_, index) => ({
      taskId: `t${index}`,
      path: [],
      upstream: [index - 1, index - 2].filter((other) => other >= 0).map((other) => `t${other}`),
    }))
    const startedAt = performance.now()
    expect(findCycles(tasks)).toEqual([])
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('sees a cycle through the source of a map', () => {
    const [a, b] = graph('a b:a')
    expect(findCycles([{ ...(a as GraphTask), mapTask: 'b' }, b as GraphTask])).toEqual([['a', 'b']])
  })
})

describe('transitiveUpstream', () => {
  it('goes all the way up', () => {
    expect(transitiveUpstream(graph('a b:a c:b d'))('c')).toEqual(new Set(['a', 'b']))
  })
})
