import process from 'node:process'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type InterruptSignal = (typeof SIGNALS)[number]

/**
 * Under an older Node, `davit` is a child of its wrapper (`bin/modern-node.js`) and shares a channel with it. When the
 * wrapper dies by SIGKILL nobody passes that on, so the channel's end is taken for it: we end as abruptly, and the guardian
 * ends the pods.
 */
export function endWithParent(): void {
  if (!hasParentChannel()) return
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel?.unref()
}

/**
 * Calls back for each interrupt: a signal of our own, or one that the wrapper was sent. A terminal sends Ctrl-C to both, so
 * an interrupt is one more than the larger of the two counts, whichever came first.
 * @returns the function that ends it
 */
export function onInterrupt(listener: () => void): () => void {
  const seen = { own: 0, passed: 0 }
  const count = (way: 'own' | 'passed') => {
    const before = Math.max(seen.own, seen.passed)
    seen[way] += 1
    if (seen[way] > before) listener()
  }
  const own = () => count('own')
  const passed = (message: unknown) => {
    if (isPassedSignal(message)) count('passed')
  }
  for (const signal of SIGNALS) process.on(signal, own)
  if (hasParentChannel()) {
    process.on('message', passed)
    // Listening alone must not keep us alive.
    process.channel?.unref()
  }
  return () => {
    for (const signal of SIGNALS) process.off(signal, own)
    process.off('message', passed)
  }
}

function hasParentChannel(): boolean {
  return process.env.DAVIT_PARENT_CHANNEL === '1' && process.connected
}

function isPassedSignal(message: unknown): message is { readonly davitSignal: InterruptSignal } {
  return typeof message === 'object' && message !== null && 'davitSignal' in message
}
