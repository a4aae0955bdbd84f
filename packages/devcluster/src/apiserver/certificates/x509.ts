import { createHash, type KeyObject, sign } from 'node:crypto'
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
} from './der.ts'

/** What a certificate says (RFC 5280). Keys are on the curve P-256. */
export interface CertificateContent {
  readonly subject: string
  readonly publicKey: KeyObject
  readonly issuer: string
  readonly issuerPublicKey: KeyObject
  /** Sixteen bytes that no other certificate of the issuer has. */
  readonly serialNumber: Buffer
  /** Milliseconds since 1970. */
  readonly notBefore: number
  readonly notAfter: number
  readonly extensions: readonly Buffer[]
}

const ECDSA_WITH_SHA256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'))
const COMMON_NAME = '2.5.4.3'
const SUBJECT_KEY_IDENTIFIER = '2.5.29.14'
const KEY_USAGE = '2.5.29.15'
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17'
const BASIC_CONSTRAINTS = '2.5.29.19'
const AUTHORITY_KEY_IDENTIFIER = '2.5.29.35'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1'

/** May sign certificates, and nothing under its certificates may. */
export const authorityExtensions: readonly Buffer[] = [
  extension(BASIC_CONSTRAINTS, sequence(boolean(true)), true),
  // digitalSignature, keyCertSign, cRLSign
  extension(KEY_USAGE, bitString(Buffer.from([0b1000_0110]), 1), true),
]

/** Serves TLS under these names and addresses (IPv4), and signs nothing. */
export function serverExtensions(names: readonly string[], addresses: readonly string[]): readonly Buffer[] {
  return [
    extension(BASIC_CONSTRAINTS, sequence(), true),
    // digitalSignature
    extension(KEY_USAGE, bitString(Buffer.from([0b1000_0000]), 7), true),
    extension(EXTENDED_KEY_USAGE, sequence(objectIdentifier(SERVER_AUTHENTICATION))),
    extension(
      SUBJECT_ALTERNATIVE_NAME,
      sequence(
        ...names.map((name) => implicit(2, Buffer.from(name))),
        ...addresses.map((address) => implicit(7, Buffer.from(address.split('.').map(Number)))),
      ),
    ),
  ]
}

/** A signed certificate, as PEM. */
export function signedCertificate(content: CertificateContent, issuerPrivateKey: KeyObject): string {
  const { publicKey, issuerPublicKey, notBefore, notAfter } = content
  const toBeSigned = sequence(
    // Version 3.
    explicit(0, integer(Buffer.from([2]))),
    integer(content.serialNumber),
    ECDSA_WITH_SHA256,
    distinguishedName(content.issuer),
    sequence(time(notBefore), time(notAfter)),
    distinguishedName(content.subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    explicit(
      3,
      sequence(
        extension(SUBJECT_KEY_IDENTIFIER, octetString(keyIdentifier(publicKey))),
        extension(AUTHORITY_KEY_IDENTIFIER, sequence(implicit(0, keyIdentifier(issuerPublicKey)))),
        ...content.extensions,
      ),
    ),
  )
  const signature = sign('sha256', toBeSigned, issuerPrivateKey)
  const der = sequence(toBeSigned, ECDSA_WITH_SHA256, bitString(signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

function distinguishedName(commonName: string): Buffer {
  return sequence(setOf(sequence(objectIdentifier(COMMON_NAME), utf8String(commonName))))
}

function extension(id: string, value: Buffer, isCritical = false): Buffer {
  return sequence(objectIdentifier(id), ...(isCritical ? [boolean(true)] : []), octetString(value))
}

/** RFC 7093, method 4: of the whole public key. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest()
    .subarray(0, 20)
}
