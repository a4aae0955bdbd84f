import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/errors.ts'
import { extendObjectField, mergeObjects } from '../../src/pods/merge-objects.ts'
import { frozen } from '../support/frozen.ts'

describe('mergeObjects', () => {
  it.each<[string, unknown, unknown, unknown]>([
    ['an empty client loses', { name: 'b' }, {}, { name: 'b' }],
    ['a missing client loses', { name: 'b' }, null, { name: 'b' }],
    ['an empty base loses', {}, { name: 'c' }, { name: 'c' }],
    ['a missing base loses', undefined, { name: 'c' }, { name: 'c' }],
  ])('%s', (_, base, client, expected) => {
    expect(mergeObjects(frozen(base), frozen(client))).toEqual(expected)
  })

  it.each<[string, object, object, object]>([
    ['the client wins', { image: 'b' }, { image: 'c' }, { image: 'c' }],
    ['the base keeps what the client lacks', { image: 'b', tty: true }, { image: 'c' }, { image: 'c', tty: true }],
    ['null loses', { image: 'b' }, { image: null }, { image: 'b' }],
    ['"" loses', { image: 'b' }, { image: '' }, { image: 'b' }],
    ['false loses', { tty: true }, { tty: false }, { tty: true }],
    ['0 loses', { priority: 5 }, { priority: 0 }, { priority: 5 }],
    ['an empty list loses', { args: ['b'] }, { args: [] }, { args: ['b'] }],
    [
      'an empty object loses',
      { resources: { limits: { cpu: 1 } } },
      { resources: {} },
      { resources: { limits: { cpu: 1 } } },
    ],
    ['false stays where the base has nothing', { image: 'b' }, { tty: false }, { image: 'b', tty: false }],
    ["the base's false beats the client's null", { tty: false }, { tty: null, image: 'c' }, { tty: false, image: 'c' }],
    ["the base's null does not count", { tty: null }, { tty: false }, { tty: false }],
    ['lists are taken whole', { args: ['b', 'b2'] }, { args: ['c'] }, { args: ['c'] }],
    [
      'objects are taken whole',
      { resources: { limits: { cpu: 1 }, requests: { cpu: 1 } } },
      { resources: { limits: { memory: '1Gi' } } },
      { resources: { limits: { memory: '1Gi' } } },
    ],
  ])('typed: %s', (_, base, client, expected) => {
    expect(mergeObjects(frozen(base), frozen(client), 'typed')).toEqual(expected)
    expect(mergeObjects(frozen(base), frozen(client))).toEqual(expected)
  })

  it.each<[string, object, object, object]>([
    ['keys of both', { app: 'b' }, { team: 'c' }, { app: 'b', team: 'c' }],
    ['the client wins', { app: 'b' }, { app: 'c' }, { app: 'c' }],
    ['"" wins', { app: 'b' }, { app: '' }, { app: '' }],
    ['null wins', { app: 'b' }, { app: null }, { app: null }],
  ])('maps: %s', (_, base, client, expected) => {
    expect(mergeObjects(frozen(base), frozen(client), 'map')).toEqual(expected)
    expect(mergeObjects(frozen(base), frozen(client))).toEqual(expected)
  })

  it('shares nothing with its inputs', () => {
    const base = { resources: { limits: { cpu: 1 } } }
    const client = { args: ['c'] }
    const merged = mergeObjects(base, client) as typeof base & typeof client
    merged.resources.limits.cpu = 9
    merged.args.push('more')
    expect(base.resources.limits.cpu).toBe(1)
    expect(client.args).toEqual(['c'])
  })

  it('keeps a key named __proto__ a key', () => {
    const base = JSON.parse('{"__proto__": "b", "app": "b"}')
    const merged = mergeObjects(base, { app: 'c' }, 'map')
    expect(Object.keys(merged as object).sort()).toEqual(['__proto__', 'app'])
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype)
  })
})

describe('extendObjectField', () => {
  it.each<[string, object | null, object, object]>([
    ['both', { env: [1, 2] }, { env: [3], name: 'c' }, { env: [1, 2, 3], name: 'c' }],
    ['the same item twice', { env: [1] }, { env: [1] }, { env: [1, 1] }],
    ['the base alone', { env: [1] }, { name: 'c' }, { env: [1], name: 'c' }],
    ['an empty client', { env: [1] }, { env: [] }, { env: [1] }],
    ['a null client', { env: [1] }, { env: null }, { env: [1] }],
    ['the client alone', {}, { env: [3] }, { env: [3] }],
    ['no base', null, { env: [3] }, { env: [3] }],
    ['neither', { name: 'b' }, { name: 'c' }, { name: 'c' }],
  ])('takes the items of %s', (_, base, client, expected) => {
    expect(extendObjectField(frozen(base), frozen(client), 'env')).toEqual(expected)
  })

  it('refuses what is no list', () => {
    expect(() => extendObjectField({ env: 'x' }, {}, 'env')).toThrow(
      new ArgumentError('env: must be a list, and the base\'s is "x"'),
    )
    expect(() => extendObjectField({}, { env: {} }, 'env')).toThrow(
      new ArgumentError("env: must be a list, and the client's is {}"),
    )
  })
})
