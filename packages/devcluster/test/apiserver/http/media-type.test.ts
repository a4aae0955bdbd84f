import { describe, expect, it } from 'vitest'
import { includesMediaType, parseMediaType } from '../../../src/apiserver/http/media-type.ts'

describe('parseMediaType', () => {
  it.for<readonly [header: string, mediaType: string | undefined]>([
    ['application/json', 'application/json'],
    [' Application/JSON ; charset=utf-8', 'application/json'],
    ['application/json;', 'application/json'],
    ['application/json; a="b;c"; d=e', 'application/json'],
    ['text', 'text'],
    ['application/json; charset', undefined],
    ['application/json; a=b; a=c', undefined],
    ['application/json, text/plain', undefined],
    ['application/', undefined],
    ['', undefined],
  ])('reads %j', ([header, mediaType]) => {
    expect(parseMediaType(header)).toBe(mediaType)
  })
})

describe('includesMediaType', () => {
  it('looks at each of several, and at letters as they are', () => {
    expect(includesMediaType('text/plain, a/b; c=d', ['a/b'])).toBe(true)
    expect(includesMediaType('A/B', ['a/b'])).toBe(false)
    expect(includesMediaType(undefined, ['a/b'])).toBe(false)
  })
})
