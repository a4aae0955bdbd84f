import type { Status } from '../types.ts'
import { UnreadableAnswer } from '../unreadable-answer.ts'
import { openEnvelope } from './envelope.ts'
import { readStatus } from './read-status.ts'

/** Reads an answer that is a Status; undefined: it is none. */
export function decodeStatus(bytes: Buffer): Status | undefined {
  try {
    const { kind, reader, end } = openEnvelope(bytes)
    return kind === 'Status' ? readStatus(reader, end) : undefined
  } catch (error) {
    if (error instanceof UnreadableAnswer) return undefined
    throw error
  }
}
