import { badRequest } from '../status.ts'
import { quoted } from '../validation/quoted.ts'

/** A query parameter that is a number of whole seconds, bytes or items; undefined when it is absent or empty. */
export function integerValue(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  if (!/^[+-]?[0-9]+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`)
  const value = Number(text)
  if (Math.abs(value) >= 2 ** 63) throw badRequest(`strconv.ParseInt: parsing "${text}": value out of range`)
  return value
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
  return `resourceVersion: Invalid value: ${quoted(text)}: ${unsignedProblem(text)}`
}

/** What is wrong with a number from 0 on, in the words of Go's strconv.ParseUint; undefined when nothing is. */
export function unsignedProblem(text: string): string | undefined {
  const problem = (why: string) => `strconv.ParseUint: parsing ${quoted(text)}: ${why}`
  if (!/^[0-9]+$/.test(text)) return problem('invalid syntax')
  return BigInt(text) >= 2n ** 64n ? problem('value out of range') : undefined
}
