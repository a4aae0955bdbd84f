import { createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Measures } from '../benchmark.ts'

/** A client's side of the conversation with the harness; bench/README.md has the words. */
export class ClientChannel<P> {
  readonly parameters: P
  readonly #lines: AsyncIterator<string>
  readonly #out = createWriteStream('', { fd: 3 })

  private constructor(parameters: P, lines: AsyncIterator<string>) {
    this.parameters = parameters
    this.#lines = lines
  }

  /** Waits for the parameters. */
  static async open<P>(): Promise<ClientChannel<P>> {
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
    return new ClientChannel<P>(JSON.parse((await lines.next()).value ?? '{}'), lines)
  }

  /** Runs one measured phase: says that it may begin, waits, runs it, says what came out, and waits to be measured. */
  async phase(name: string, run: () => Promise<Measures>): Promise<void> {
    this.#say({ event: 'ready', phase: name })
    await this.#lines.next()
    const measures = await run()
    this.#say({ event: 'done', phase: name, measures })
    await this.#lines.next()
  }

  #say(message: object): void {
    this.#out.write(`${JSON.stringify(message)}\n`)
  }
}
