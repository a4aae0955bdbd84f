import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { badRequest } from '../status.ts'

/** Whether an object is selected. */
export type ObjectMatcher = (object: KubeObject) => boolean

/** One condition of a field selector. */
export interface FieldTerm {
  readonly field: string
  readonly value: string
  readonly isEqual: boolean
}

/**
 * Reads a field selector (apimachinery: fields.ParseSelector); which fields there are is another matter.
 *
 * @throws {ApiError} 400 with Kubernetes' text
 */
export function parseFieldSelector(text: string): readonly FieldTerm[] {
  return termsOf(text)
    .filter((term) => term !== '')
    .sort()
    .map((term) => parseTerm(term, text))
}

/**
 * Selects by the fields that a resource lets select by.
 *
 * @throws {ApiError} 400 for any other
 */
export function fieldMatcher(terms: readonly FieldTerm[], resource: ResourceDefinition): ObjectMatcher {
  const matchers = terms
    // Kubernetes takes a lone operator for no term at all.
    .filter(({ field, value }) => field !== '' || value !== '')
    .map(({ field, value, isEqual }) => {
      const read = fieldReader(field, resource)
      return (object: KubeObject) => (read(object) === value) === isEqual
    })
  return (object) => matchers.every((matches) => matches(object))
}

function fieldReader(field: string, resource: ResourceDefinition): (object: KubeObject) => string {
  if (field === 'metadata.name') return (object) => object.metadata.name
  if (field === 'metadata.namespace') return (object) => object.metadata.namespace ?? ''
  const read = Object.hasOwn(resource.fieldLabels, field) ? resource.fieldLabels[field] : undefined
  if (!read) throw badRequest(resource.unknownFieldLabel(field))
  return read
}

/** Parts between commas that no backslash escapes. */
function termsOf(text: string): string[] {
  const terms = ['']
  let isEscaped = false
  for (const character of text) {
    if (character === ',' && !isEscaped) terms.push('')
    else terms.push((terms.pop() ?? '') + character)
    isEscaped = character === '\\' && !isEscaped
  }
  return terms
}

/** The first operator separates: escapes count behind it only. */
function parseTerm(term: string, whole: string): FieldTerm {
  const match = /^(.*?)(!=|==|=)(.*)$/s.exec(term)
  if (!match) throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`)
  const [, field = '', operator, escaped = ''] = match
  return { field, value: unescaped(escaped), isEqual: operator !== '!=' }
}

function unescaped(value: string): string {
  let plain = ''
  let isEscaped = false
  for (const character of value) {
    if (isEscaped) {
      if (!'\\,='.includes(character)) {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${character}`)
      }
      plain += character
      isEscaped = false
    } else if (character === '\\') {
      isEscaped = true
    } else if (character === ',' || character === '=') {
      // The number of the character, as Go prints one.
      throw badRequest(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`)
    } else {
      plain += character
    }
  }
  if (isEscaped) throw badRequest('invalid field selector: invalid escape sequence: \\')
  return plain
}
