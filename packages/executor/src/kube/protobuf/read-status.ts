import type { Status } from '../types.ts'
import { type ListMeta, readListMeta } from './read-list-meta.ts'
import type { WireReader } from './wire-reader.ts'

type Details = NonNullable<Status['details']>
type Cause = NonNullable<Details['causes']>[number]

/** Reads a Status up to `end`: whole, as it would stand in JSON. */
export function readStatus(reader: WireReader, end: number): Status {
  let metadata: ListMeta = {}
  let status = ''
  let message = ''
  let reason = ''
  let details: Details | undefined
  let code = 0
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        metadata = readListMeta(reader)
        break
      case 0x12:
        status = reader.text()
        break
      case 0x1a:
        message = reader.ownText()
        break
      case 0x22:
        reason = reader.text()
        break
      case 0x2a:
        details = readDetails(reader)
        break
      case 0x30:
        code = reader.integer()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  const read = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata,
    ...(status && { status: status as NonNullable<Status['status']> }),
    ...(message && { message }),
    ...(reason && { reason }),
    ...(details && { details }),
    ...(code && { code }),
  } as const
  return read
}

function readDetails(reader: WireReader): Details {
  const end = reader.end()
  let name = ''
  let group = ''
  let kind = ''
  let uid = ''
  let retryAfterSeconds = 0
  const causes: Cause[] = []
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        name = reader.ownText()
        break
      case 0x12:
        group = reader.text()
        break
      case 0x1a:
        kind = reader.text()
        break
      case 0x22:
        causes.push(readCause(reader))
        break
      case 0x28:
        retryAfterSeconds = reader.integer()
        break
      case 0x32:
        uid = reader.ownText()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return {
    ...(name && { name }),
    ...(group && { group }),
    ...(kind && { kind }),
    ...(uid && { uid }),
    ...(causes.length > 0 && { causes }),
    ...(retryAfterSeconds && { retryAfterSeconds }),
  }
}

function readCause(reader: WireReader): Cause {
  const end = reader.end()
  let reason = ''
  let message = ''
  let field = ''
  while (reader.at < end) {
    const tag = reader.tag()
    switch (tag) {
      case 0x0a:
        reason = reader.text()
        break
      case 0x12:
        message = reader.ownText()
        break
      case 0x1a:
        field = reader.text()
        break
      default:
        reader.skip(tag)
    }
  }
  reader.endAt(end)
  return { ...(reason && { reason }), ...(message && { message }), ...(field && { field }) }
}
