import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads'
import { type OperationRequest, SqliteDatabase, type SqliteDatabaseOptions } from './sqlite-database.ts'
import { StoreError, type StoreErrorCode } from './store-error.ts'

/** What the thread is sent: requests, and at last that nothing follows. */
export type ThreadRequest = (OperationRequest & { readonly id: number }) | 'close'

/** What it answers. Errors travel as data: a clone would lose their class and code. */
export type ThreadMessage =
  | { readonly kind: 'opened'; readonly deployment: string }
  | { readonly kind: 'refused'; readonly error: ThreadError }
  | {
      readonly kind: 'answers'
      readonly answers: readonly ThreadAnswer[]
      /** Whether runs or task instances are no longer what they were. */
      readonly changed: boolean
    }
  | { readonly kind: 'closed' }

export type ThreadAnswer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ThreadError }

export interface ThreadError {
  readonly code: StoreErrorCode
  readonly message: string
  readonly cause: unknown
}

if (parentPort) await serve(parentPort, workerData as SqliteDatabaseOptions)

async function serve(port: MessagePort, options: SqliteDatabaseOptions): Promise<void> {
  const send = (message: ThreadMessage) => port.postMessage(message)
  let database: SqliteDatabase
  try {
    database = await SqliteDatabase.open(options)
  } catch (error) {
    send({ kind: 'refused', error: threadError(error) })
    return
  }
  let isBusy = false
  port.on('message', async (first: ThreadRequest) => {
    const waiting = [first]
    // Whatever has arrived while the last transaction was committed goes into the next one.
    for (let next = receiveMessageOnPort(port); next; next = receiveMessageOnPort(port)) waiting.push(next.message)
    // Operations only await promises that are settled, so no message can be delivered between two of them.
    if (isBusy) throw new Error('a transaction was interrupted')
    isBusy = true
    const requests = waiting.filter((request) => request !== 'close')
    if (requests.length > 0) {
      const { answers, changed } = await database.run(requests)
      const ids = requests.map(({ id }) => id)
      send({
        kind: 'answers',
        changed,
        answers: answers.map((answer, index) => threadAnswer(ids[index] ?? -1, answer)),
      })
    }
    isBusy = false
    if (!waiting.includes('close')) return
    database.close()
    send({ kind: 'closed' })
    port.close()
  })
  send({ kind: 'opened', deployment: database.deployment })
}

function threadAnswer(
  id: number,
  answer: { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: StoreError },
): ThreadAnswer {
  return answer.ok ? { id, ok: true, value: answer.value } : { id, ok: false, error: threadError(answer.error) }
}

function threadError(error: unknown): ThreadError {
  if (error instanceof StoreError) return { code: error.code, message: error.message, cause: error.cause }
  return { code: 'STORE_FAILED', message: error instanceof Error ? error.message : String(error), cause: error }
}
