import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { badRequest } from '../status.ts'

/** Whether an object is selected. */
export type ObjectMatcher = (object: KubeObject) => boolean

/**
 * Reads a field selector (apimachinery: fields.ParseSelector) for the fields that a resource lets select by.
 *
 * @throws {ApiError} 400 with Kubernetes' text
 */
export function parseFieldSelector(text: string, resource: ResourceDefinition): ObjectMatcher {
  const matchers = terms(text).map((term) => {
    const { field, value, isEqual } = parseTerm(term, text)
    // Kubernetes takes a lone operator for no term at all.
    if (field === '' && value === '') return () => true
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
function terms(text: string): string[] {
  return text.match(/(?:\\.|[^,\\])+/g) ?? []
}

function parseTerm(term: string, whole: string) {
  const match = /^((?:\\.|[^=!\\])*)(==|!=|=)(.*)$/s.exec(term)
  if (!match) throw badRequest(`invalid selector: '${whole}'; can't understand '${term}'`)
  const [, field = '', operator, escaped = ''] = match
  return { field, value: unescaped(escaped, whole), isEqual: operator !== '!=' }
}

function unescaped(value: string, whole: string): string {
  const plain = value.replace(/\\([\\,=])/g, '')
  if (plain.includes('\\')) throw badRequest(`invalid field selector: invalid escape sequence in value: ${value}`)
  if (plain.includes('=')) throw badRequest(`invalid field selector: unescaped character in value: ${whole}`)
  return value.replace(/\\([\\,=])/g, '$1')
}
