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
  readonly quality: number
  readonly parameters: ReadonlyMap<string, string>
}

const TYPES = { 'application/json': 'json', 'application/yaml': 'yaml' } as const
const SERVED = Object.keys(TYPES).join(', ')
const SERVED_STREAMS = 'application/json;stream=watch'
const TRANSFORMS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']

/**
 * Chooses the form of the answer by the Accept header, as Kubernetes does in two steps: its router wants a type that is
 * served to be named, its negotiation then takes the best clause that can be had. Protobuf is not served; clients that
 * prefer it name JSON behind it.
 *
 * @param hasTable whether there is a Table of it
 * @throws {ApiError} 406
 */
export function negotiateOutput(
  accept: string | undefined,
  { isWatch = false, pretty = false, hasTable = true } = {},
): OutputForm {
  if (!accept) return { format: 'json', pretty }
  const clauses = parseAccept(accept)
  requireNamed(clauses, `${SERVED}, ${SERVED_STREAMS}`)
  for (const { type, parameters } of clauses) {
    for (const format of formatsOf(type)) {
      const as = transformation(parameters, hasTable)
      const stream = parameters.get('stream') ?? ''
      if (as === 'impossible' || parameters.get('sv') || (stream !== '' && (stream !== 'watch' || format === 'yaml'))) {
        continue
      }
      // There are no watches in YAML, whatever is named behind it.
      if (isWatch && format === 'yaml') throw notAcceptable(ONLY + SERVED_STREAMS)
      return { format, pretty: pretty || parameters.get('pretty') === '1', ...(as && { as }) }
    }
  }
  throw notAcceptable(ONLY + (isWatch ? SERVED_STREAMS : SERVED))
}

function requireNamed(clauses: readonly Clause[], produced: string): void {
  if (clauses.some(({ type }) => type === '*/*' || type in TYPES)) return
  throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${produced}`, {})
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
  // This one path is not behind the router.
  if (path !== '/apis') requireNamed(clauses, SERVED)
  for (const { type, parameters } of clauses) {
    for (const format of formatsOf(type)) {
      const wanted = ['as', 'g', 'v'].flatMap((name) => parameters.get(name) ?? [])
      if (wanted.length === 0) return format
      const isAggregated = wanted.join() === 'APIGroupDiscoveryList,apidiscovery.k8s.io,v2'
      if (isAggregated && format === 'json' && (path === '/api' || path === '/apis')) return 'aggregated'
    }
  }
  throw notAcceptable(ONLY + SERVED)
}

function formatsOf(type: string): readonly OutputForm['format'][] {
  if (type === '*/*' || type === 'application/*') return Object.values(TYPES)
  return type in TYPES ? [TYPES[type as keyof typeof TYPES]] : []
}

function parseAccept(accept: string): Clause[] {
  const clauses = accept
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const [type = '', ...rest] = part.split(';').map((piece) => piece.trim())
      const parameters = new Map(
        rest.map((pair) => {
          const [key = '', value = ''] = pair.split('=').map((piece) => piece.trim())
          return [key, value] as const
        }),
      )
      const quality = Number(parameters.get('q') ?? 1)
      return { type, quality: Number.isNaN(quality) ? 1 : quality, parameters }
    })
  // A stable sort: among equals the first one counts, and wildcards count last.
  const isWild = ({ type }: Clause) => Number(type.includes('*'))
  return clauses.sort((a, b) => b.quality - a.quality || isWild(a) - isWild(b))
}
