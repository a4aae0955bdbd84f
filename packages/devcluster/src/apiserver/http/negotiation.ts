import { notAcceptable } from '../status.ts'

/** The form of an answer. */
export interface OutputForm {
  readonly format: 'json' | 'yaml'
  /** The kind that stands in for the objects, when another was asked for. */
  readonly as?: {
    readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList'
    readonly version: string
  }
  readonly pretty: boolean
}

interface Clause {
  readonly type: string
  readonly subtype: string
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

const TYPES = { 'application/json': 'json', 'application/yaml': 'yaml' } as const
/** The media types in which objects are served. */
export const SERVED: readonly string[] = Object.keys(TYPES)
/** Those in which changes are. */
export const SERVED_STREAMS: readonly string[] = ['application/json;stream=watch']
const TRANSFORMS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']

/**
 * Chooses the form of the answer by the Accept header, as Kubernetes does in two steps: its router wants a type that is
 * served to be named, its negotiation then takes the best clause that can be had. Protobuf is not served; clients that
 * prefer it name JSON behind it.
 *
 * @param hasTable whether there is a Table of it
 * @param produced what the path may answer with, as its router knows
 * @throws {ApiError} 406
 */
export function negotiateOutput(
  accept: string | undefined,
  { isWatch = false, pretty = false, hasTable = true, produced = SERVED } = {},
): OutputForm {
  if (!accept) return { format: 'json', pretty }
  requireProduced(accept, produced)
  const clauses = parseAccept(accept)
  for (const { parameters, ...range } of clauses) {
    for (const format of formatsOf(range)) {
      const as = transformation(parameters, hasTable)
      if (as === 'impossible' || !isPossible(parameters, format, 'v1')) continue
      // There are no watches in YAML, whatever is named behind it.
      if (isWatch && format === 'yaml') throw notAcceptable(ONLY + SERVED_STREAMS.join(', '))
      return { format, pretty: pretty || parameters.get('pretty') === '1', ...(as && { as }) }
    }
  }
  throw notAcceptable(ONLY + (isWatch ? SERVED_STREAMS : SERVED).join(', '))
}

/**
 * Chooses the form of a refusal: what is told of how the answer should look does not count for it, and where nothing
 * can be had it is JSON for people.
 */
export function negotiateStatus(accept: string | undefined, pretty: boolean): OutputForm {
  if (!accept) return { format: 'json', pretty }
  for (const { parameters, ...range } of parseAccept(accept)) {
    const [format] = formatsOf(range).filter((served) => isPossible(parameters, served))
    const isTransformed = ['as', 'g', 'v'].some((name) => parameters.has(name))
    if (format && !isTransformed) return { format, pretty: pretty || parameters.get('pretty') === '1' }
  }
  return { format: 'json', pretty: true }
}

/** No other version of the server can be asked for, where one can be at all, and no stream but JSON's of changes. */
function isPossible(
  parameters: ReadonlyMap<string, string>,
  format: OutputForm['format'],
  serverVersion?: string,
): boolean {
  const version = parameters.get('sv') || serverVersion
  const stream = parameters.get('stream') ?? ''
  return version === serverVersion && (stream === '' || (stream === 'watch' && format === 'json'))
}

/**
 * The first step: one of the types must be named as it is.
 *
 * @throws {ApiError} 406
 */
export function requireProduced(accept: string | undefined, produced: readonly string[]): void {
  const types = (accept || '*/*').split(',').map((part) => trimmed(part.replace(/;.*/s, '')))
  if (types.some((type) => type === '*/*' || produced.includes(type))) return
  throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${produced.join(', ')}`, {})
}

const ONLY = 'only the following media types are accepted: '

function transformation(parameters: ReadonlyMap<string, string>, hasTable: boolean): OutputForm['as'] | 'impossible' {
  const [kind, group, version] = ['as', 'g', 'v'].map((name) => parameters.get(name))
  if (kind === undefined && group === undefined && version === undefined) return undefined
  const isKnown = group === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1')
  if (!isKnown || !kind || !TRANSFORMS.includes(kind) || (kind === 'Table' && !hasTable)) return 'impossible'
  return { kind: kind as 'Table', version }
}

/**
 * Chooses the form of a document of discovery; `aggregated` is everything in one document, at the paths that have one.
 *
 * @throws {ApiError} 406
 */
export function negotiateDiscovery(accept: string | undefined, path: string): OutputForm['format'] | 'aggregated' {
  if (!accept) return 'json'
  const clauses = parseAccept(accept)
  for (const { parameters, ...range } of clauses) {
    for (const format of formatsOf(range)) {
      const wanted = ['as', 'g', 'v'].flatMap((name) => parameters.get(name) ?? [])
      if (!isPossible(parameters, format)) continue
      if (wanted.length === 0) return format
      const isAggregated = wanted.join() === 'APIGroupDiscoveryList,apidiscovery.k8s.io,v2'
      if (isAggregated && format === 'json' && (path === '/api' || path === '/apis')) return 'aggregated'
    }
  }
  throw notAcceptable(ONLY + SERVED.join(', '))
}

function formatsOf({ type, subtype }: Pick<Clause, 'type' | 'subtype'>): readonly OutputForm['format'][] {
  if (subtype === '*' && (type === '*' || type === 'application')) return Object.values(TYPES)
  const name = `${type}/${subtype}`
  return name in TYPES ? [TYPES[name as keyof typeof TYPES]] : []
}

/** Reads an Accept header and sorts its clauses as the library does that Kubernetes uses (goautoneg). */
function parseAccept(accept: string): Clause[] {
  const clauses: Clause[] = []
  for (const part of accept.split(',')) {
    const clause = clauseOf(trimmed(part))
    if (!clause) continue
    // Its order is none that sorting as such could give: it is made by putting in one after the other.
    let at = clauses.length
    while (at > 0 && goesBefore(clause, clauses[at - 1])) at--
    clauses.splice(at, 0, clause)
  }
  return clauses
}

function clauseOf(text: string): Clause | undefined {
  const [range = '', ...rest] = text.split(';')
  const [type = '', subtype = '', more = ''] = range.split('/').map(trimmed)
  const isWild = type === '*' && !range.includes('/')
  if ((subtype === '' && !isWild) || more !== '') return undefined
  const parameters = new Map<string, string>()
  let quality = 1
  for (const pair of rest) {
    const [key = '', value = '', surplus = ''] = pair.split('=')
    if (value === '' || surplus !== '') continue
    if (trimmed(key) === 'q') quality = Number.parseFloat(value) || 0
    else parameters.set(trimmed(key), trimmed(value))
  }
  return { type, subtype: isWild ? '*' : subtype, quality, parameters }
}

function goesBefore(clause: Clause, other: Clause | undefined): boolean {
  if (!other) return false
  if (clause.quality > other.quality) return true
  return (clause.type !== '*' && other.type === '*') || (clause.subtype !== '*' && other.subtype === '*')
}

function trimmed(text: string): string {
  return text.replace(/^ +| +$/g, '')
}
