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

const SERVED = 'application/json, application/yaml'
const SERVED_STREAMS = 'application/json;stream=watch'
const TRANSFORMS = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']

/**
 * Chooses the form of the answer by the Accept header: the best clause that is served, as Kubernetes' negotiation does.
 * Protobuf is not served; clients that prefer it name JSON behind it.
 *
 * @throws {ApiError} 406
 */
export function negotiateOutput(accept: string | undefined, { isWatch = false, pretty = false } = {}): OutputForm {
  const clauses = parseAccept(accept ?? '')
  if (clauses.length === 0) return { format: 'json', pretty }
  let isTypeServed = false
  for (const { type, parameters } of clauses) {
    const format = formatOf(type)
    if (!format) continue
    isTypeServed = true
    if (isWatch && format === 'yaml') continue
    const kind = parameters.get('as')
    if (kind === undefined) return { format, pretty }
    const version = parameters.get('v') ?? ''
    if (parameters.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue
    if (!TRANSFORMS.includes(kind)) continue
    return { format, pretty, as: { kind: kind as 'Table', version } }
  }
  if (isTypeServed) {
    throw notAcceptable(`only the following media types are accepted: ${isWatch ? SERVED_STREAMS : SERVED}`)
  }
  throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${SERVED}, ${SERVED_STREAMS}`, {})
}

/** Whether discovery may answer with everything at once. */
export function acceptsAggregatedDiscovery(accept: string | undefined): boolean {
  return parseAccept(accept ?? '').some(
    ({ type, parameters }) =>
      type === 'application/json' &&
      parameters.get('as') === 'APIGroupDiscoveryList' &&
      parameters.get('g') === 'apidiscovery.k8s.io' &&
      parameters.get('v') === 'v2',
  )
}

function formatOf(type: string): 'json' | 'yaml' | undefined {
  if (type === 'application/json' || type === '*/*' || type === 'application/*') return 'json'
  return type === 'application/yaml' ? 'yaml' : undefined
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
          return [key, value.replace(/^"(.*)"$/, '$1')] as const
        }),
      )
      const quality = Number(parameters.get('q') ?? 1)
      return { type: type.toLowerCase(), quality: Number.isNaN(quality) ? 1 : quality, parameters }
    })
  // A stable sort: among equals the first one counts.
  return clauses.filter(({ quality }) => quality > 0).sort((a, b) => b.quality - a.quality)
}
