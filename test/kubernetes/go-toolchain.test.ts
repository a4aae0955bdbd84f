import { describe, expect, it } from 'vitest'
import { compareVersions, goDirective } from './go-toolchain.ts'

describe('compareVersions', () => {
  it.each([
    ['1.26.8', '1.26.0', 1],
    ['1.26', '1.26.0', 0],
    ['1.9', '1.26', -1],
    ['1.26rc1', '1.26.0', 0],
    ['1.26.8-custom', '1.26.9', -1],
    ['2', '1.99', 1],
  ])('%s against %s', (first, second, sign) => {
    expect(Math.sign(compareVersions(first, second))).toBe(sign)
  })
})

describe('goDirective', () => {
  it('is the version that go.mod asks for', () => {
    expect(goDirective('module m\n\ngo 1.26.0\n\ntoolchain go1.27.1\n')).toBe('1.26.0')
  })

  it('must be there', () => {
    expect(() => goDirective('module m\n')).toThrow('go.mod has no go directive')
  })
})
