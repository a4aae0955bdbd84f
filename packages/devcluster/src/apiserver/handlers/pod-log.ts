import { once } from 'node:events'
import type { PodLogOptions } from '../../kubelet/kubelet.ts'
import { PodLogUnavailable } from '../../kubelet/kubelet.ts'
import type { Pod } from '../../types.ts'
import type { Exchange } from '../http/exchange.ts'
import { booleanValue, integerValue } from '../http/query-values.ts'
import { parseGoTime, TimeError } from '../schema/go-time.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { ApiError, badRequest, invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'

/** GET of a pod's log, from the kubelet of its node. */
export async function handlePodLog(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  exchange.outputForm()
  const wanted = readLogOptions(exchange.query)
  validateLogOptions(target.name, wanted, exchange.query)
  const pod = context.registry.get(target.resource, target.namespace, target.name) as unknown as Pod
  const options = { ...wanted, container: chosenContainer(pod, wanted.container) }
  const { nodeName } = pod.spec ?? {}
  if (!nodeName) {
    exchange.sendNothing(204)
    return
  }
  const kubelet = context.kubeletOf(nodeName)
  if (!kubelet) throw new ApiError(404, { message: `nodes "${nodeName}" not found`, reason: 'NotFound' })
  const chunks = kubelet.readLog(pod, options, exchange.signal)[Symbol.asyncIterator]()
  const first = await firstChunk(chunks)
  if (!exchange.beginStream(200, 'text/plain')) return
  const { response } = exchange
  for (let next = first; !next.done; next = await chunks.next()) {
    if (exchange.signal.aborted) break
    // A slow reader holds the kubelet back; one that has left ends the wait.
    if (!response.write(next.value)) await once(response, 'drain', { signal: exchange.signal }).catch(() => undefined)
  }
  await chunks.return?.()
  response.end()
}

/** The first chunk decides whether there is a log at all. */
async function firstChunk(chunks: AsyncIterator<Uint8Array>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await chunks.next()
  } catch (error) {
    if (error instanceof PodLogUnavailable) throw badRequest(error.message)
    throw error
  }
}

function readLogOptions(query: URLSearchParams): PodLogOptions {
  // In this order they are refused.
  const sinceSeconds = integerValue(query, 'sinceSeconds')
  const sinceTime = timeValue(query.get('sinceTime'))
  const tailLines = integerValue(query, 'tailLines')
  const limitBytes = integerValue(query, 'limitBytes')
  return {
    container: query.get('container') ?? '',
    follow: booleanValue(query, 'follow'),
    previous: booleanValue(query, 'previous'),
    timestamps: booleanValue(query, 'timestamps'),
    ...(tailLines !== undefined && { tailLines }),
    ...(sinceSeconds !== undefined && { sinceSeconds }),
    ...(sinceTime !== undefined && { sinceTime }),
    ...(limitBytes !== undefined && { limitBytes }),
  }
}

/** Without a fraction, which counts for nothing. */
function timeValue(text: string | null): string | undefined {
  if (text === null) return undefined
  if (text === '' || text === 'null') return '0001-01-01T00:00:00Z'
  try {
    return new Date(parseGoTime(text, 'seconds').seconds * 1000).toISOString()
  } catch (error) {
    if (error instanceof TimeError) throw badRequest(error.message)
    throw error
  }
}

function validateLogOptions(name: string, options: PodLogOptions, query: URLSearchParams): void {
  const errors = new FieldErrors()
  const { tailLines = 0, limitBytes = 1, sinceSeconds = 1 } = options
  if (tailLines < 0) errors.invalid('tailLines', tailLines, 'must be greater than or equal to 0')
  if (limitBytes < 1) errors.invalid('limitBytes', limitBytes, 'must be greater than 0')
  if (options.sinceSeconds !== undefined && options.sinceTime !== undefined) {
    errors.forbidden('[]', 'at most one of `sinceTime` or `sinceSeconds` may be specified')
  } else if (sinceSeconds < 1) {
    errors.invalid('sinceSeconds', sinceSeconds, 'must be greater than 0')
  }
  if (query.has('stream')) errors.forbidden('stream', 'may not be specified')
  if (!errors.isEmpty) throw invalid('PodLogOptions', name, errors)
}

/** @throws {ApiError} 400 when none is named and there are several, or there is none of that name */
function chosenContainer(pod: Pod, wanted: string): string {
  const init = (pod.spec?.initContainers ?? []).map(({ name }) => name)
  const containers = (pod.spec?.containers ?? []).map(({ name }) => name)
  const all = [...init, ...containers]
  const podName = pod.metadata?.name
  if (wanted === '') {
    const [only] = containers
    if (all.length === 1 && only !== undefined) return only
    throw badRequest(`a container name must be specified for pod ${podName}, choose one of: [${all.join(' ')}]`)
  }
  if (!all.includes(wanted)) throw badRequest(`container ${wanted} is not valid for pod ${podName}`)
  return wanted
}
