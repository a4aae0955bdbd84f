import { expect, it } from 'vitest'
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  setOf,
  time,
  utf8String,
} from '../../../src/apiserver/certificates/der.ts'

// What `openssl asn1parse -genstr` makes of the same.
it.each([
  ['boolean', boolean(true), '0101ff'],
  ['integer', integer(Buffer.from([2])), '020102'],
  ['integer without leading zeros', integer(Buffer.from([0, 0, 1, 0])), '02020100'],
  ['integer that would look negative', integer(Buffer.from([0x80])), '02020080'],
  ['zero', integer(Buffer.from([0, 0])), '020100'],
  ['bits', bitString(Buffer.from([0x86]), 1), '03020186'],
  ['octets', octetString(Buffer.from('ab')), '04026162'],
  ['object identifier', objectIdentifier('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  ['object identifier with a large part', objectIdentifier('2.5.29.17'), '0603551d11'],
  ['text', utf8String('grün'), '0c056772c3bc6e'],
  ['time before 2050', time(Date.parse('2049-12-31T23:59:59.999Z')), '170d3439313233313233353935395a'],
  ['time from 2050 on', time(Date.parse('2050-01-01T00:00:00Z')), '180f32303530303130313030303030305a'],
  ['sequence', sequence(boolean(false), boolean(true)), '30060101000101ff'],
  ['set', setOf(boolean(false)), '3103010100'],
  ['explicit tag', explicit(3, boolean(false)), 'a303010100'],
  ['implicit tag', implicit(7, Buffer.from([127, 0, 0, 1])), '87047f000001'],
])('writes a %s', (_what, bytes, expected) => {
  expect(bytes.toString('hex')).toBe(expected)
})

it.each([
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [70_000, '0483011170'],
])('writes a length of %i', (length, expected) => {
  expect(octetString(Buffer.alloc(length)).toString('hex', 0, expected.length / 2)).toBe(expected)
})
