/** What nodes, runtimes and registries say when the fault is theirs and may pass. */
const PASSING = [
  /pull QPS exceeded/,
  /toomanyrequests|too many requests|rate limit/i,
  /i\/o timeout|TLS handshake timeout|connection (refused|reset)|unexpected EOF|broken pipe/i,
  /context deadline exceeded|DeadlineExceeded|timed out waiting for the condition|failed to sync \w+ cache/i,
  /\b50[0234]\b.*(error|gateway|unavailable|timeout)|(bad gateway|service unavailable|gateway timeout)/i,
  /no space left on device|cannot allocate memory|resource temporarily unavailable|input\/output error/i,
  /transport is closing|ttrpc: closed|error reading from server|code = Unavailable/i,
  /failed to set ?up (the )?(pod )?(sandbox|network)|cni plugin|networkPlugin/i,
]

/** Whether a message speaks of trouble with the machinery rather than with what the pod asks for. */
export function isInfrastructureMessage(message: string): boolean {
  return PASSING.some((pattern) => pattern.test(message))
}
