import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ArgumentError } from '../../src/errors.ts'
import { addUniqueSuffix, createUniqueId } from '../../src/pods/unique-name.ts'

const DNS_LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/
/** Gives the suffix `00000000`. */
const random = () => 0

describe('createUniqueId', () => {
  it.each<[string | undefined, string | undefined, string]>([
    ['my_dag', 'my_task', 'my-dag-my-task-00000000'],
    ['my_dag', undefined, 'my-dag-00000000'],
    [undefined, '90AçLbˆˆç˙ßß˜˜˙c*a', '90aclb-c-ssss-c-a-00000000'],
    ['---dag---', '---task.id---', 'dag-task-id-00000000'],
    ['a'.repeat(100), 'b', `${'a'.repeat(54)}-00000000`],
    [`${'a'.repeat(53)}-b`, 'c', `${'a'.repeat(53)}-00000000`],
    ['🙂', '🙂', '00000000'],
  ])('names %s, %s: %s', (dagId, taskId, expected) => {
    expect(createUniqueId({ ...(dagId && { dagId }), ...(taskId && { taskId }), random })).toBe(expected)
  })

  it.each<[string, string, string]>([
    ['my_dag', 'my_task', 'my-dag-my-task'],
    ['a'.repeat(62), 'b', 'a'.repeat(62)],
    ['a'.repeat(80), 'b', 'a'.repeat(63)],
    ['🙂', '', '5c8d6d302'],
  ])('names %s, %s without a suffix: %s', (dagId, taskId, expected) => {
    expect(createUniqueId({ dagId, taskId, unique: false })).toBe(expected)
  })

  it('keeps to maxLength', () => {
    expect(createUniqueId({ dagId: 'abcdef', taskId: 'ghi', maxLength: 14, random })).toBe('abcde-00000000')
    expect(createUniqueId({ dagId: 'abcdef', taskId: 'ghi', maxLength: 9, unique: false })).toBe('abcdef-gh')
    expect(createUniqueId({ dagId: 'abcdef', taskId: 'ghi', maxLength: 9, random })).toBe('00000000')
  })

  it('refuses to name nothing, and lengths without room', () => {
    expect(() => createUniqueId({})).toThrow(new ArgumentError('a pod name needs a dagId or a taskId'))
    expect(() => createUniqueId({ dagId: '', taskId: null })).toThrow(ArgumentError)
    expect(() => createUniqueId({ dagId: 'a', maxLength: 8 })).toThrow(ArgumentError)
  })

  it('is always a valid name, and a new one each time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string(), (dagId, taskId) => {
        expect(createUniqueId({ dagId, taskId })).toMatch(DNS_LABEL)
        expect(createUniqueId({ dagId, taskId, unique: false })).toMatch(DNS_LABEL)
      }),
    )
    const names = Array.from({ length: 100 }, () => createUniqueId({ dagId: 'a', taskId: 'b' }))
    expect(new Set(names).size).toBe(100)
    for (const name of names) expect(name).toMatch(/^a-b-[a-z0-9]{8}$/)
  })
})

describe('addUniqueSuffix', () => {
  it.each<[string, number | undefined, string]>([
    ['name', undefined, 'name-00000000'],
    ['-.name.-', undefined, 'name-00000000'],
    ['a'.repeat(70), undefined, `${'a'.repeat(54)}-00000000`],
    [`${'a'.repeat(53)}.b`, undefined, `${'a'.repeat(53)}-00000000`],
    ['name', 12, 'nam-00000000'],
    ['', undefined, '00000000'],
    ['-.-', undefined, '00000000'],
  ])('of %s within %s is %s', (name, maxLength, expected) => {
    expect(addUniqueSuffix(name, { random, ...(maxLength && { maxLength }) })).toBe(expected)
  })

  it('uses all of [a-z0-9]', () => {
    const parts = [0, 0.28, 0.5, 0.999]
    let turn = 0
    expect(addUniqueSuffix('a', { random: () => parts[turn++ % 4] ?? 0 })).toBe('a-0aiz0aiz')
  })
})
