import { describe, expect, it } from 'vitest'
import { isNamed, parseBenchArguments } from '../bench-arguments.ts'

const known = ['B1', 'B10', 'B2/150ms', 'B2/300ms']

describe('parseBenchArguments', () => {
  it('runs everything five times, and once where a quick look is wanted', () => {
    expect(parseBenchArguments([], known)).toMatchObject({
      names: [],
      runs: 5,
      size: 'full',
      profile: false,
      json: null,
      resume: false,
    })
    expect(parseBenchArguments(['--quick'], known)).toMatchObject({ runs: 1, size: 'quick' })
    expect(parseBenchArguments(['--quick', '--runs', '3', 'B2', '--json', 'x.json'], known)).toMatchObject({
      names: ['B2'],
      runs: 3,
      json: 'x.json',
    })
  })

  it('says everything that is wrong at once', () => {
    expect(() => parseBenchArguments(['B3', '--runs', 'many', '--resume'], known)).toThrow(
      '--runs: many is not a number of runs: give 1 or more\n--resume: say with --json FILE what to go on with\nno benchmark is called B3: there are B1, B10, B2/150ms, B2/300ms',
    )
  })

  it('refuses options that there are not', () => {
    expect(() => parseBenchArguments(['--fast'], known)).toThrow("Unknown option '--fast'")
  })
})

describe('isNamed', () => {
  it('takes a row for all its cases, and no row for another that begins alike', () => {
    expect(known.filter((name) => isNamed(name, 'b2'))).toEqual(['B2/150ms', 'B2/300ms'])
    expect(known.filter((name) => isNamed(name, 'B2/150ms'))).toEqual(['B2/150ms'])
    expect(known.filter((name) => isNamed(name, 'B1'))).toEqual(['B1'])
  })
})
