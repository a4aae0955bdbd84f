import type { Pod } from '../kube/types.ts'
import { isPlainObject } from './plain-object.ts'
import { fieldsOfPodType, isPlainValue, type PodFieldType } from './pod-schema.ts'

/**
 * A pod as Airflow reads one: unknown fields are left out, numbers and booleans become text where text is expected (true
 * is `True`), and digits become numbers. What fits in no way stays, for the API server to refuse.
 */
export function readPodLeniently(pod: object): Pod {
  return readOne(pod, 'Pod') as Pod
}

function read(value: unknown, { name, shape }: PodFieldType): unknown {
  if (shape === 'list') return Array.isArray(value) ? value.map((item) => readOne(item, name)) : value
  if (shape === 'map' && isPlainObject(value)) return mapMembers(value, (item) => readOne(item, name))
  return readOne(value, name)
}

function readOne(value: unknown, type: string): unknown {
  const fields = fieldsOfPodType(type)
  if (fields !== undefined && isPlainObject(value)) {
    const known = Object.entries(value).flatMap(([name, member]) => {
      const field = fields.get(name)
      return field === undefined ? [] : [[name, read(member, field)] as const]
    })
    return Object.fromEntries(known)
  }
  if (value === null || fields !== undefined || type === 'any' || isPlainValue(value, type)) return value
  return converted(value, type)
}

function converted(value: unknown, type: string): unknown {
  if (type === 'integer' && typeof value === 'string' && /^[+-]?\d+$/.test(value.trim())) return Number(value)
  if (type === 'boolean') return Boolean(value)
  if (type === 'integer' || type === 'number') return value
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return typeof value === 'number' ? String(value) : value
}

function mapMembers(object: Record<string, unknown>, change: (value: unknown) => unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name, change(value)]))
}
