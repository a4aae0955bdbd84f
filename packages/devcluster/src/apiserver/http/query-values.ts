import { goQuoted } from '../go-text.ts'
import { badRequest } from '../status.ts'

const INT64_END = 2n ** 63n

/** A text as a whole number of 64 bits; undefined when it is none (strconv.ParseInt). */
export function parsedInteger(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined
  const value = BigInt(text.replace(/^\+/, ''))
  return value >= -INT64_END && value < INT64_END ? value : undefined
}

/** A query parameter that is a number of whole seconds, bytes or items; undefined when it is absent. */
export function integerValue(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const value = parsedInteger(text)
  if (value !== undefined) return Number(value)
  const problem = /^[+-]?[0-9]+$/.test(text) ? 'value out of range' : 'invalid syntax'
  throw badRequest(`strconv.ParseInt: parsing ${goQuoted(text)}: ${problem}`)
}

/** A query parameter that is a switch: whatever is not `false` or `0` turns it on (apimachinery: conversion). */
export function booleanValue(query: URLSearchParams, name: string): boolean {
  const text = query.get(name)
  return text !== null && text !== '0' && text.toLowerCase() !== 'false'
}

/** A resource version of the query: undefined when it is not said. */
export function versionValue(text: string | null): number | undefined | 'invalid' {
  if (text === null || text === '') return undefined
  return unsignedProblem(text) === undefined ? Number(text) : 'invalid'
}

/** What is said of a resource version that is none. */
export function invalidVersionText(text: string): string {
  return `resourceVersion: Invalid value: ${goQuoted(text)}: ${unsignedProblem(text)}`
}

/** What is wrong with a number from 0 on, in the words of Go's strconv.ParseUint; undefined when nothing is. */
export function unsignedProblem(text: string): string | undefined {
  const problem = (why: string) => `strconv.ParseUint: parsing ${goQuoted(text)}: ${why}`
  if (!/^[0-9]+$/.test(text)) return problem('invalid syntax')
  return BigInt(text) >= 2n ** 64n ? problem('value out of range') : undefined
}
