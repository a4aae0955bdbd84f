import { statusOf } from './comparison.ts'
import type { WireAnswer } from './wire-answer.ts'
import type { Outcome } from './wire-client.ts'

/** Where Kubernetes itself answers a client's mistake with a code from 500 on. */
const ownServerErrors: readonly RegExp[] = [
  // A watch from a version that is no number, and a patch that writes one.
  /strconv\.ParseUint: parsing /,
  /^Timeout: Too large resource version/,
  /^Non-matching dry-run options in request and content/,
  // A binding, an eviction: what their storage refuses.
  /^target\.(kind|name): /,
  // Strategic patches that cannot be applied.
  /^unknown patch type: /,
  /does not contain declared merge key: /,
  /^list element is not a map: /,
  /^The order in patch list:/,
  /is not a map\b/,
  /^list element types are not identical: /,
  /^expected a \[\]interface \{\}, but received a /,
  /^unable to find api field in struct /,
  // Go's HTTP server.
  /^Unsupported transfer encoding$/,
]

/** What is wrong with what a server said, whatever it was asked: one line each. */
export function brokenInvariants({ answers, instead }: Outcome): readonly string[] {
  return [...answers.flatMap(wrongIn), ...(instead === 'silence' ? ['it never answered'] : [])]
}

function wrongIn({ code, headers, body }: WireAnswer): readonly string[] {
  const contentType = (headers['content-type'] ?? '').toLowerCase()
  const status = statusOf(body, contentType.replaceAll(' ', ''))
  const isStatusExpected = code >= 400 && contentType.startsWith('application/json') && body !== ''
  return [
    ...(code >= 500 && !ownServerErrors.some((pattern) => pattern.test(status?.message ?? body))
      ? [`it answered ${code}: ${status?.message ?? body}`]
      : []),
    ...(/\n\s+at |node:internal|file:\/\/|\.ts:\d+/.test(body) ? [`it showed a stack: ${body}`] : []),
    ...(isStatusExpected && (status?.status !== 'Failure' || status.code !== code || !status.message)
      ? [`it refused with what is no Status of that code: ${body}`]
      : []),
  ]
}
