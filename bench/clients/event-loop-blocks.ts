/**
 * Measures the longest time for which nothing else had its turn in this process, by the CPU time of its thread: what others
 * take of the machine is not its doing.
 */
export class EventLoopBlocks {
  #longestMs = 0
  #usedMs = 0
  #timer: NodeJS.Timeout | undefined

  start(): void {
    this.#usedMs = threadCpuMs()
    this.#timer = setInterval(() => this.#look(), 1)
  }

  /** Milliseconds. */
  stop(): number {
    this.#look()
    clearInterval(this.#timer)
    return this.#longestMs
  }

  #look(): void {
    const usedMs = threadCpuMs()
    this.#longestMs = Math.max(this.#longestMs, usedMs - this.#usedMs)
    this.#usedMs = usedMs
  }
}

function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
