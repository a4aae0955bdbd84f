/** Turns of the event loop without anything new, after which nothing follows by itself: the longest chain has half as many. */
const QUIET_TURNS = 6
const DEADLINE_MS = 20_000

/**
 * Resolves when the process has nothing to do that the test's clock does not hold: `activity` grows no more, and no file is
 * being read or written.
 *
 * @param activity a number that grows with everything that happens on the wires
 * @throws Error when it goes on for 20 s
 */
export async function untilQuiet(activity: () => number): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS
  let seen = activity()
  for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
    await new Promise((resolve) => setImmediate(resolve))
    const now = activity()
    if (now === seen && !(quiet === QUIET_TURNS - 1 && isAtFiles())) continue
    seen = now
    quiet = -1
    if (performance.now() > deadline) throw new Error(`no rest within ${DEADLINE_MS / 1000} s: the wires are busy`)
  }
}

function isAtFiles(): boolean {
  return process.getActiveResourcesInfo().some((kind) => kind.startsWith('FSReq'))
}
