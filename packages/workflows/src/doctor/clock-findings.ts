import { type Finding, ok, problem, warning } from './finding.ts'
import type { Reach } from './reach-server.ts'

/** The server tells its time to the second. */
const RESOLUTION_MS = 1_000
const NOTICED_MS = 5_000
const TOO_FAR_MS = 60_000

/** How far the clocks of the server and of this machine are apart, as far as one answer tells. */
export function clockFindings(time: Reach['time']): readonly Finding[] {
  const why = 'deadlines of pending pods and ages of finished ones are reckoned from the server’s times by our clock'
  if (time === null) {
    const what = 'the server’s answer bears no date: the clocks were not compared'
    return [warning('clock', { what, why, todo: 'compare them by hand: date -u, here and on a control plane node' })]
  }
  const { serverMs, askedAtMs, answeredAtMs } = time
  // It was cut to the second, and made somewhere between question and answer.
  const earliest = serverMs - answeredAtMs
  const latest = serverMs + RESOLUTION_MS - askedAtMs
  const skewMs = earliest > 0 ? earliest : latest < 0 ? latest : 0
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  if (Math.abs(skewMs) < NOTICED_MS) return [ok('clock', 'our clock and the server’s agree')]
  const what = `our clock is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the server’s`
  const todo = 'let both be set by NTP (timedatectl, chronyc tracking)'
  return [(Math.abs(skewMs) < TOO_FAR_MS ? warning : problem)('clock', { what, why, todo })]
}
