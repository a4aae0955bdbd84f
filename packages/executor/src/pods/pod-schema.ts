import { podFields } from './pod-fields.ts'

/** The type of a field: `name` is a type of the table, or one of string, integer, number, boolean, quantity, intOrString, time, any. */
export interface PodFieldType {
  readonly name: string
  readonly shape: 'one' | 'list' | 'map'
  /** A strategic merge patch merges the list with what is there, instead of taking its place. */
  readonly isMerged: boolean
  /** The field that tells the items of a merged list apart; absent: they are plain values, told apart by what they are. */
  readonly mergeKey?: string
}

const schema: ReadonlyMap<string, ReadonlyMap<string, PodFieldType>> = new Map(
  Object.entries(podFields).map(([type, row]) => [type, new Map(row.split(' ').map(fieldOf))]),
)

function fieldOf(written: string): [string, PodFieldType] {
  const [field = '', type = '', strategies = '', mergeKey] = written.split(':')
  const merge = { isMerged: strategies.split(',').includes('merge'), ...(mergeKey !== undefined && { mergeKey }) }
  if (type.endsWith('[]')) return [field, { name: type.slice(0, -2), shape: 'list', ...merge }]
  if (type.endsWith('{}')) return [field, { name: type.slice(0, -2), shape: 'map', ...merge }]
  return [field, { name: type, shape: 'one', ...merge }]
}

/** The fields of a type of Kubernetes' pod API; undefined for the names of plain values. */
export function fieldsOfPodType(type: string): ReadonlyMap<string, PodFieldType> | undefined {
  return schema.get(type)
}

/** Whether some type of the pod API has every member of these objects, with values of its kinds: they are no maps then. */
export function isOfOnePodType(...objects: readonly Readonly<Record<string, unknown>>[]): boolean {
  const members = objects.flatMap((object) => Object.entries(object))
  return [...schema.values()].some((fields) =>
    members.every(([name, value]) => {
      const type = fields.get(name)
      return type !== undefined && (value === null || value === undefined || fitsShape(value, type))
    }),
  )
}

function fitsShape(value: unknown, { name, shape }: PodFieldType): boolean {
  if (shape === 'list') return Array.isArray(value)
  if (shape === 'map' || schema.has(name)) return typeof value === 'object' && !Array.isArray(value)
  return name === 'any' || isPlainValue(value, name)
}

/** As Kubernetes reads one. It is looked at here because the server refuses it without naming the field. */
const QUANTITY = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?$/

/** Whether a value is one of a plain type, as the API server reads it. */
export function isPlainValue(value: unknown, type: string): boolean {
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean'
    case 'integer':
      return Number.isSafeInteger(value)
    case 'number':
      return typeof value === 'number'
    case 'quantity':
      return typeof value === 'number' || (typeof value === 'string' && QUANTITY.test(value))
    case 'intOrString':
      return typeof value === 'string' || Number.isSafeInteger(value)
    default:
      return typeof value === 'string'
  }
}
