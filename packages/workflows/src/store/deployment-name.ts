const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** A name for a deployment that has none: a DNS label, unlike any other's. */
export function randomDeploymentName(bytes: Uint8Array): string {
  return `davit-${[...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')}`
}
