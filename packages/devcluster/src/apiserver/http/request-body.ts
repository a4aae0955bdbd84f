import type { IncomingMessage } from 'node:http'
import type { ApiTypes } from '../schema/api-type.ts'
import { type JsonNotes, JsonSyntaxError, NO_NOTES, parseJsonText } from '../schema/json-text.ts'
import { decodeProtobuf, ProtobufError, readProtobufEnvelope } from '../schema/protobuf.ts'
import { parseYamlText, YamlError } from '../schema/yaml-text.ts'
import { requestEntityTooLarge, unsupportedMediaType } from '../status.ts'
import { parseMediaType } from './media-type.ts'

/** The API server takes no more than this in one request. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024

/** A body that is read but not yet understood. */
export interface ParsedBody {
  readonly value: unknown
  readonly notes: JsonNotes
  /** Repeated keys in YAML, which Kubernetes reports by line. */
  readonly strictErrors: readonly string[]
}

/** A body that cannot be read. The message is what Kubernetes says of it. */
export class BodySyntaxError extends Error {
  override readonly name = 'BodySyntaxError'
}

/** The type of which a body in protobuf is, as only JSON and YAML can be read without it. */
export interface BodyType {
  readonly types: ApiTypes
  readonly kind: string
  readonly typeName: string
}

/** @throws {ApiError} 413 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw requestEntityTooLarge(MAX_BODY_BYTES)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** What a body may be in. */
export const BODY_MEDIA_TYPES: readonly string[] = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
]

/**
 * The media type of a body; JSON when none is said.
 *
 * @throws {ApiError} 415
 */
export function bodyMediaType(contentType: string | undefined): string {
  const mediaType = contentType ? parseMediaType(contentType) : 'application/json'
  if (mediaType !== undefined && BODY_MEDIA_TYPES.includes(mediaType)) return mediaType
  throw unsupportedMediaType(
    `the body of the request was in an unknown format - accepted media types include: ${BODY_MEDIA_TYPES.join(', ')}`,
  )
}

/**
 * Reads a body by its media type.
 *
 * @throws {ApiError} 415
 * @throws {BodySyntaxError}
 */
export function parseBody(body: Buffer, contentType: string | undefined, expected: BodyType): ParsedBody {
  switch (bodyMediaType(contentType)) {
    case 'application/yaml':
      return parseYaml(body)
    case 'application/vnd.kubernetes.protobuf':
      return parseProtobuf(body, expected)
    default:
      return parseJson(body, "couldn't get version/kind; json parse error: ")
  }
}

function parseProtobuf(body: Buffer, { types, kind, typeName }: BodyType): ParsedBody {
  try {
    const envelope = readProtobufEnvelope(body)
    const said = { kind: envelope.kind, apiVersion: envelope.apiVersion }
    // An object of another kind is refused by its name alone.
    const isExpected = envelope.kind === kind || envelope.kind === ''
    const value = isExpected ? { ...decodeProtobuf(types, typeName, envelope.raw), ...said } : said
    return { value, notes: NO_NOTES, strictErrors: [] }
  } catch (error) {
    if (error instanceof ProtobufError) throw new BodySyntaxError(error.message, { cause: error })
    throw error
  }
}

/** `prefix`: what stands before the parser's words. */
export function parseJson(text: Buffer, prefix: string): ParsedBody {
  try {
    return { ...parseJsonText(text), strictErrors: [] }
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new BodySyntaxError(prefix + error.message, { cause: error })
    throw error
  }
}

function parseYaml(body: Buffer): ParsedBody {
  try {
    const { value, notes, repetitions } = parseYamlText(body)
    const strictErrors = repetitions.length === 0 ? [] : [['yaml: unmarshal errors:', ...repetitions].join('\n  ')]
    return { value, notes, strictErrors }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error
    throw new BodySyntaxError(error.message.startsWith('json: ') ? error.message : `yaml: ${error.message}`, {
      cause: error,
    })
  }
}
