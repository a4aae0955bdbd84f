import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

const program = fileURLToPath(new URL('../python/client.py', import.meta.url))

/** What a test run knows of its Python: where it is, or why there is none. */
export type PreparedPython = { readonly path: string } | { readonly missing: string }

declare module 'vitest' {
  interface ProvidedContext {
    /** Null when no case of the Python client is run. */
    python: PreparedPython | null
  }
}

/** Keyword arguments, as Python spells them; `{ $model: 'V1DeleteOptions', … }` is a model of the client. */
export type PythonArguments = Readonly<Record<string, unknown>>

/** An exception of Python. An `ApiException` has what the server said. */
export class PythonError extends Error {
  override readonly name = 'PythonError'
  /** The name of its class. */
  readonly type: string
  readonly status: number | undefined
  readonly reason: string | undefined
  /** Parsed, when it is JSON. */
  readonly body: unknown

  constructor({ type, status, reason, body, message }: PythonErrorFields) {
    super(`${type}: ${message ?? `${status} ${reason}`}`)
    this.type = type
    this.status = status
    this.reason = reason
    this.body = typeof body === 'string' && body.startsWith('{') ? JSON.parse(body) : body
  }
}

interface PythonErrorFields {
  readonly type: string
  readonly status?: number
  readonly reason?: string
  readonly body?: string | null
  readonly message?: string
}

interface PythonMessage {
  readonly id: number
  readonly item?: unknown
  readonly result?: unknown
  readonly error?: PythonErrorFields
}

/** An event of a watch or an informer; its object in Kubernetes' spelling. */
export interface PythonEvent {
  readonly type: string
  readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion: string } }
  /** Of an informer's ERROR, in the place of the object. */
  readonly error?: PythonErrorFields
}

/** What a method of the Python client gives one by one: the events of a watch, the lines of a log. It ends with the client. */
export interface PythonStream<Item> {
  /** What it has given so far. */
  readonly items: readonly Item[]
  /** What it returned in the end: of a watch the version from which to go on. @throws PythonError */
  readonly ended: Promise<unknown>
}

/** Starts the client with a kubeconfig (YAML). */
export async function startPythonClient(kubeconfig: string): Promise<PythonClient> {
  const python = inject('python')
  if (python === null) throw new Error('no Python was prepared for this run: name kubernetes in CONFORMANCE')
  if ('missing' in python) throw new Error(python.missing)
  const folder = await temporaryFolder()
  const config = await folder.write('kubeconfig', kubeconfig)
  const child = spawn(python.path, [program, config], { stdio: ['pipe', 'pipe', 'inherit'] })
  return new PythonClient(child, folder)
}

/** The official Python client in a process of its own; see `test/python/client.py`. */
export class PythonClient implements AsyncDisposable {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>
  readonly #folder: AsyncDisposable
  readonly #closed: Promise<void>
  readonly #pending = new Map<number, (message: PythonMessage) => void>()
  #lastId = 0

  constructor(child: ChildProcessByStdio<Writable, Readable, null>, folder: AsyncDisposable) {
    this.#child = child
    this.#folder = folder
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message: PythonMessage = JSON.parse(line)
      this.#pending.get(message.id)?.(message)
    })
    // What is asked of one that has ended: its end has told.
    child.stdin.on('error', () => {})
    child.once('close', (code) => {
      const message = `the Python client ended with ${code}`
      for (const [id, receive] of this.#pending) receive({ id, error: { type: 'Closed', message } })
    })
  }

  /** Calls a method as `CoreV1Api.read_namespaced_pod`. @throws PythonError */
  async call<Result = unknown>(method: string, args: PythonArguments = {}): Promise<Result> {
    return (await this.#start({ call: method, arguments: args }).ended) as Result
  }

  /** A method of `DynamicClient(…).resources.get(…)`. @throws PythonError */
  async dynamic<Result = unknown>(resource: object, method: string, args: PythonArguments = {}): Promise<Result> {
    return (await this.#start({ dynamic: resource, call: method, arguments: args }).ended) as Result
  }

  /** The lines of an answer as they come: the method is called with `_preload_content=False`. */
  lines(method: string, args: PythonArguments = {}): PythonStream<string> {
    return this.#start({ call: method, arguments: { ...args, _preload_content: false } })
  }

  /** `watch.Watch().stream(method, …)`: events, or the lines of a log. */
  watch<Item = PythonEvent>(method: string, args: PythonArguments = {}): PythonStream<Item> {
    return this.#start({ watch: method, arguments: args })
  }

  /** What an `informer.SharedInformer(method, …)` tells its handlers; an error as an event of the type ERROR. */
  inform(method: string, args: PythonArguments = {}): PythonStream<PythonEvent> {
    return this.#start({ inform: method, arguments: args })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#closed
    await this.#folder[Symbol.asyncDispose]()
  }

  #start<Item>(request: object): PythonStream<Item> {
    const id = ++this.#lastId
    const items: Item[] = []
    const ended = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, ({ item, result, error }) => {
        if (item !== undefined) {
          items.push(item as Item)
          return
        }
        this.#pending.delete(id)
        if (error) reject(new PythonError(error))
        else resolve(result)
      })
    })
    // Who looks at the items only learns of an error by what is missing among them.
    ended.catch(() => {})
    this.#child.stdin.write(`${JSON.stringify({ id, ...request })}\n`)
    return { items, ended }
  }
}
