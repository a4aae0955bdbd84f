import { Worker } from 'node:worker_threads'
import type { OperationArguments, OperationName, OperationResult } from './operations/operations.ts'
import type { SqliteDatabaseOptions } from './sqlite-database.ts'
import type { ThreadError, ThreadMessage, ThreadRequest } from './sqlite-thread.ts'
import { StoreError } from './store-error.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: StoreError) => void
}

/**
 * The store's side of the thread that holds the database: SQLite waits for the disk there, not in the event loop of
 * scheduler and executor.
 */
export class SqliteClient {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  readonly #onChanged: () => void
  readonly #opened = Promise.withResolvers<string>()
  readonly #closed = Promise.withResolvers<void>()
  readonly #database: string
  #nextId = 0
  #isClosing = false
  #failure: StoreError | null = null

  private constructor(options: SqliteDatabaseOptions, onChanged: () => void) {
    this.#database = options.database
    this.#onChanged = onChanged
    // Run from its sources the thread is TypeScript too.
    const file = import.meta.url.endsWith('.ts') ? './sqlite-thread.ts' : './sqlite-thread.js'
    this.#worker = new Worker(new URL(file, import.meta.url), { workerData: options, name: 'davit-store' })
    this.#worker.on('message', (message: ThreadMessage) => this.#receive(message))
    this.#worker.on('error', (error) => this.#fail(`its thread failed: ${error.message}`, error))
    this.#worker.on('exit', () => {
      if (!this.#isClosing) this.#fail('its thread ended')
      this.#closed.resolve()
    })
  }

  /**
   * Opens the database. Gives its deployment's name beside the client.
   * @throws StoreError as the database has it; the thread has ended then.
   */
  static async open(
    options: SqliteDatabaseOptions,
    onChanged: () => void,
  ): Promise<{ readonly client: SqliteClient; readonly deployment: string }> {
    const client = new SqliteClient(options, onChanged)
    return { client, deployment: await client.#opened.promise }
  }

  /** @throws StoreError `STORE_CLOSED` after `close()`; otherwise what the operation or its commit met. */
  call<Name extends OperationName>(
    operation: Name,
    nowMs: number,
    ...args: OperationArguments<Name>
  ): Promise<OperationResult<Name>> {
    if (this.#failure) return Promise.reject(this.#failure)
    if (this.#isClosing) {
      return Promise.reject(new StoreError('STORE_CLOSED', `the database ${this.#database} is closed`))
    }
    const id = this.#nextId++
    this.#send({ id, operation, args, nowMs })
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as Waiting['resolve'], reject })
    })
  }

  /** Resolves when what was asked before is committed, the file is closed, and the thread has ended. */
  async close(): Promise<void> {
    if (!this.#isClosing) {
      this.#isClosing = true
      this.#send('close')
    }
    await this.#closed.promise
  }

  #send(request: ThreadRequest): void {
    this.#worker.postMessage(request)
  }

  #receive(message: ThreadMessage): void {
    switch (message.kind) {
      case 'opened':
        this.#opened.resolve(message.deployment)
        return
      case 'refused':
        this.#isClosing = true
        this.#closed.promise.then(() => this.#opened.reject(storeError(message.error)))
        return
      case 'answers':
        for (const answer of message.answers) {
          const waiting = this.#waiting.get(answer.id)
          this.#waiting.delete(answer.id)
          if (answer.ok) waiting?.resolve(answer.value)
          else waiting?.reject(storeError(answer.error))
        }
        if (message.changed) this.#onChanged()
        return
      case 'closed':
        return
    }
  }

  #fail(reason: string, cause?: unknown): void {
    if (this.#failure) return
    const error = new StoreError('STORE_FAILED', `the database ${this.#database} cannot be used: ${reason}`, { cause })
    this.#failure = error
    this.#opened.reject(error)
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

function storeError({ code, message, cause }: ThreadError): StoreError {
  return new StoreError(code, message, cause === undefined ? undefined : { cause })
}
