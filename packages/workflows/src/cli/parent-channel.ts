import process from 'node:process'

/**
 * Under an older Node, `davit` is a child of its wrapper. When the wrapper dies by SIGKILL nobody passes that on, so its
 * end of the channel closing is taken for it: we end as abruptly, and the guardian ends the pods.
 */
export function endWithParent(): void {
  if (process.env.DAVIT_PARENT_CHANNEL !== '1' || !process.connected) return
  delete process.env.DAVIT_PARENT_CHANNEL
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel?.unref()
}
