import type { KubeObject } from '../../storage/kube-object.ts'
import { goQuoted } from '../go-text.ts'
import type { FieldErrors } from '../validation/field-errors.ts'

/** A column of `kubectl get`. Priority 1 shows with `-o wide` only. */
export interface TableColumn {
  readonly name: string
  readonly format?: string
  readonly description: string
  readonly priority?: 0 | 1
}

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch'

/** What a deletion may say about time. */
export interface Grace {
  readonly gracePeriodSeconds: number | undefined
}

/** What is posted to be answered, and never stored. */
export interface Question {
  validate?(asked: KubeObject, errors: FieldErrors): void
  /** `now` in milliseconds since 1970. */
  answer(asked: KubeObject, now: number): object
}

/** Subresources that are the whole object, of which a part may change. */
export type UpdatedSubresource = 'status' | 'finalize'

export interface UpdateRules {
  prepare(next: KubeObject, current: KubeObject): KubeObject
  validate(next: KubeObject, current: KubeObject, errors: FieldErrors): void
  /** What is said of an object that is taken. */
  warnings?(next: KubeObject): readonly string[]
}

/**
 * One resource of the API: what it is called, what a new object becomes, what is checked, what it shows. All functions
 * are pure; the registry stores.
 */
export interface ResourceDefinition {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories?: readonly string[]
  readonly namespaced: boolean
  readonly verbs: readonly Verb[]
  /** Its only verb is `create`, and what follows here about stored objects is not used. */
  readonly question?: Question
  /** Subresources beside the object: `status` is served for every resource that names it. */
  readonly subresources: readonly string[]
  /** Its type in requests and answers. It is stored as the type that `kind` names. */
  readonly typeName: string
  /** The group of its kind in the refusals of its validation, where that is not its own. */
  readonly validationGroup?: string
  /** Its collection in the store; two versions of one thing share it. */
  readonly collection: string
  /** DELETE answers with the object, not with a Status, when it is gone at once. */
  readonly answersDeletedObject: boolean
  /** Selectable fields beside metadata.name and metadata.namespace. */
  readonly fieldLabels: Readonly<Record<string, (object: KubeObject) => string>>
  /** What is said of a field that cannot be selected by. */
  unknownFieldLabel(label: string): string
  /** What a watch is told that begins too early: kinds with a watch cache and without it differ. */
  tooOldMessage(wanted: number, oldest: number): string
  /** Kubernetes keeps no watch cache of it, and so reads versions elsewhere. */
  readonly isUncached?: boolean
  checkName(name: string): readonly string[]

  /** The form in which it is stored, when that is another one (events.k8s.io). */
  toStored?(object: KubeObject): KubeObject
  fromStored?(object: KubeObject): KubeObject

  /** What the server fills in as it reads an object, before it looks at it in any way. */
  defaults?(object: KubeObject): KubeObject
  /** What a new object becomes: what the server alone says. */
  prepareCreate(object: KubeObject): KubeObject
  validate(object: KubeObject, errors: FieldErrors): void
  /** What an update becomes: what it may not say is put back. */
  prepareUpdate(next: KubeObject, current: KubeObject): KubeObject
  validateUpdate(next: KubeObject, current: KubeObject, errors: FieldErrors): void
  /** Updates through subresources, which have rules of their own. */
  readonly subresourceUpdates?: Readonly<Partial<Record<UpdatedSubresource, UpdateRules>>>
  /** A PUT creates what is not there. */
  readonly allowsCreateOnUpdate?: boolean
  /** What is said of an object that is taken; `current` where it is updated. */
  warnings?(object: KubeObject, current?: KubeObject): readonly string[]

  /** Seconds that an object keeps after DELETE; undefined where there is no such thing. */
  graceSeconds?(object: KubeObject, wanted: Grace): number

  readonly columns: readonly TableColumn[]
  /** One cell for each column. `now` in milliseconds since 1970. */
  row(object: KubeObject, now: number): readonly (string | number)[]
}

export const ALL_VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
]

export const NAME_COLUMN: TableColumn = { name: 'Name', format: 'name', description: 'Unique within its namespace.' }
export const AGE_COLUMN: TableColumn = { name: 'Age', description: 'Time since the object was created.' }

/** What most resources answer for fields that cannot be selected by. */
export function onlyNameAndNamespace(label: string): string {
  return `${goQuoted(label)} is not a known field selector: only "metadata.name", "metadata.namespace"`
}

export function tooOldForCache(wanted: number, oldest: number): string {
  return `too old resource version: ${wanted} (${oldest})`
}

/** A part of an object by its path; undefined when a step is missing. */
export function partOf(object: KubeObject, ...path: readonly string[]): unknown {
  let part: unknown = object
  for (const step of path) part = (part as Record<string, unknown> | null | undefined)?.[step]
  return part
}

export function textOf(object: KubeObject, ...path: readonly string[]): string {
  const part = partOf(object, ...path)
  return part === undefined || part === null ? '' : String(part)
}

/** `5s`, `3m20s`, `2d`: a time span as kubectl shows ages (apimachinery: HumanDuration). */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return withRest(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return withRest(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 192) return withRest(days, 'd', hours % 24, 'h')
  if (days < 730) return `${days}d`
  if (days < 8 * 365) return withRest(Math.floor(days / 365), 'y', days % 365, 'd')
  return `${Math.floor(days / 365)}y`
}

function withRest(count: number, unit: string, rest: number, restUnit: string): string {
  return rest === 0 ? `${count}${unit}` : `${count}${unit}${rest}${restUnit}`
}

export function ageOf(timestamp: unknown, now: number): string {
  return typeof timestamp === 'string' ? humanDuration(now - Date.parse(timestamp)) : '<unknown>'
}
