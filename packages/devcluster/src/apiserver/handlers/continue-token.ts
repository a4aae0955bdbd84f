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

/** The token in Kubernetes' form: base64url of its JSON. */
export function encodeContinueToken({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start: `/${start}` })).toString('base64url')
}

/** @throws {ApiError} 400 */
export function decodeContinueToken(text: string): ContinueToken {
  const refuse = (why: string) => badRequest(`invalid continue token: continue key is not valid: ${why}`)
  let token: { v?: unknown; rv?: unknown; start?: unknown }
  try {
    token = parseJsonText(Buffer.from(text, 'base64url').toString()).value ?? {}
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error))
  }
  if (token.v !== VERSION) throw refuse(`server does not recognize this encoded version ${String(token.v ?? '')}`)
  if (typeof token.rv !== 'number' || token.rv === 0) {
    throw refuse(`incorrect encoded start resourceVersion (version ${VERSION})`)
  }
  if (typeof token.start !== 'string' || token.start === '')
    throw refuse(`encoded start key empty (version ${VERSION})`)
  if (token.start.split('/').includes('..')) throw refuse(token.start)
  return { revision: token.rv, start: token.start.replace(/^\//, '') }
}
