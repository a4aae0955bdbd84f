import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ApiTypes } from '../../../src/apiserver/schema/api-type.ts'
import { decodeObject } from '../../../src/apiserver/schema/decode-object.ts'
import { decodeProtobuf, readProtobufEnvelope } from '../../../src/apiserver/schema/protobuf.ts'

const types = new ApiTypes()
const recorded = (name: string) => readFileSync(new URL(`testdata/${name}`, import.meta.url), 'utf8')
const bytes = Buffer.from(recorded('pod.protobuf.base64'), 'base64')

describe('protobuf', () => {
  it('says the same as the JSON that Kubernetes 1.36.3 gives of the same pod', () => {
    const { kind, apiVersion, raw } = readProtobufEnvelope(bytes)
    expect({ kind, apiVersion }).toEqual({ kind: 'Pod', apiVersion: 'v1' })
    const decoded = decodeObject(types, 'Pod', decodeProtobuf(types, 'Pod', raw))
    const { kind: _, apiVersion: __, ...pod } = JSON.parse(recorded('pod.json'))
    expect(decoded).toEqual({ value: pod, strictErrors: [] })
    // In the server's order, too.
    expect(JSON.stringify(decoded.value)).toBe(JSON.stringify(pod))
  })

  it.for<readonly [title: string, bytes: Buffer, message: string]>([
    ['nothing', Buffer.from(''), 'empty data'],
    [
      'text',
      Buffer.from('garbage'),
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    ],
    ['the prefix alone', bytes.subarray(0, 4), 'empty body'],
    ['garbage behind the prefix', Buffer.from([0x6b, 0x38, 0x73, 0, 0x7f, 0x7f]), 'proto: illegal wireType 7'],
    ['half of it', bytes.subarray(0, 200), 'unexpected EOF'],
  ])('refuses %s', ([, given, message]) => {
    expect(() => readProtobufEnvelope(given)).toThrow(message)
  })

  it('refuses what is cut anywhere, or reads it, but never fails otherwise', () => {
    const { raw } = readProtobufEnvelope(bytes)
    for (let length = 0; length < raw.length; length += 7) {
      try {
        decodeProtobuf(types, 'Pod', raw.subarray(0, length))
      } catch (error) {
        expect((error as Error).name).toBe('ProtobufError')
      }
    }
  })
})
