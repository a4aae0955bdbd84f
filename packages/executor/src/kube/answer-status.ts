import { decodeStatus } from './protobuf/decode-status.ts'
import type { Status } from './types.ts'

/** The reason that Kubernetes would give for a code. apimachinery: `NewGenericServerResponse`. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/**
 * The Status in a refusal's body, of which bytes are protobuf. A body that is none (a proxy's page, other JSON, nothing)
 * becomes the message of one made of the HTTP code, so that predicates and messages work alike.
 */
export function answerStatus(httpStatus: number, body: string | Buffer): Status {
  const parsed = typeof body === 'string' ? parseJson(body) : decodeStatus(body)
  if (isStatus(parsed)) return parsed
  const reason = REASONS[httpStatus]
  return {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code: httpStatus,
    ...(reason === undefined ? {} : { reason }),
    message: typeof body === 'string' ? pageText(body) : `${body.length} bytes of protobuf that are no Status`,
  }
}

/** True for Kubernetes' Status, which is told from other JSON by its kind alone. */
export function isStatus(value: unknown): value is Status {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a person would read on the page: without markup, scripts and styles. Other text stays as it is. */
function pageText(body: string): string {
  if (!/^\s*<(!doctype|html|head|body|\?xml)/i.test(body)) return body.trim()
  return body
    .replace(/<(script|style)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}
