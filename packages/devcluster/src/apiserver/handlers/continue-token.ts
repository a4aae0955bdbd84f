import { posix } from 'node:path'
import { kindOf } from '../schema/decode-object.ts'
import { decodeBase64, RAW_URL } from '../schema/go-base64.ts'
import { parseJsonText } from '../schema/json-text.ts'
import { badRequest } from '../status.ts'

const VERSION = 'meta.k8s.io/v1'

/** Where a list in pages goes on. */
export interface ContinueToken {
  /** The version of the first page; −1: whatever is newest. */
  readonly revision: number
  /** The first key of the next page, without the list's own beginning. */
  readonly start: string
}

/**
 * The token in Kubernetes' form: base64url of its JSON.
 *
 * @param isUncached without a watch cache, the list's own beginning ends with the slash that the key else begins with
 */
export function encodeContinueToken({ revision, start }: ContinueToken, isUncached = false): string {
  const key = isUncached ? start : `/${start}`
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: key })).toString('base64url')
}

/** @throws {ApiError} 400 */
export function decodeContinueToken(text: string): ContinueToken {
  const refuse = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const { v, rv, start } = tokenFields(text, refuse)
  if (v !== VERSION) throw refuse(`server does not recognize this encoded version ${v}`)
  if (rv === 0) throw refuse(`incorrect encoded start resourceVersion (version ${VERSION})`)
  if (start === '') throw refuse(`encoded start key empty (version ${VERSION})`)
  const path = start.startsWith('/') ? start : `/${start}`
  // It may not lead out of the list.
  if (posix.normalize(path).replace(/(?<=.)\/$/, '') !== path) throw refuse(start)
  return { revision: rv, start: path.slice(1) }
}

interface Fields {
  readonly v: string
  readonly rv: number
  readonly start: string
}

function tokenFields(text: string, refuse: (why: string) => Error): Fields {
  let token: unknown
  try {
    token = parseJsonText(decodeBase64(text, RAW_URL)).value ?? {}
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
  const mismatch = (value: unknown, what: string) => refuse(`json: cannot unmarshal ${kindOf(value)} into Go ${what}`)
  if (typeof token !== 'object' || token === null || Array.isArray(token)) {
    throw mismatch(token, 'value of type storage.continueToken')
  }
  const { v = '', rv = 0, start = '' } = token as Readonly<Record<string, unknown>>
  if (typeof v !== 'string') throw mismatch(v, 'struct field continueToken.v of type string')
  if (typeof rv !== 'number') throw mismatch(rv, 'struct field continueToken.rv of type int64')
  if (typeof start !== 'string') throw mismatch(start, 'struct field continueToken.start of type string')
  return { v, rv, start }
}
