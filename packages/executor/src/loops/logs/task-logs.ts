import type { Clock } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { PodVerbs } from '../../kube/kube-client.ts'
import type { TaskInstanceKey } from '../../tasks/task-instance-key.ts'
import { listPods, taskSelector } from '../adoption/adoption.ts'
import type { LaunchBook } from '../launch-book.ts'
import { launchOfPod } from '../tracking/launch-of-pod.ts'
import { followLog, type LogPlace, noPodError, tailLog } from './task-log.ts'

/** Whose log is wanted. */
export interface TaskLogRequest {
  readonly key: TaskInstanceKey
  /** The job that owns the pod; null or absent: whichever does. */
  readonly queuedByJobId?: string | null
  /** Where Airflow says that the task runs; only for the message. */
  readonly hostname?: string | null
}

interface TaskLogsOptions {
  readonly pods: PodVerbs
  readonly config: ExecutorConfig
  readonly clock: Clock
  readonly book: LaunchBook
}

/** Reads the logs of tasks whose pods are there. */
export class TaskLogs {
  readonly #options: TaskLogsOptions
  readonly #stopping = new AbortController()

  constructor(options: TaskLogsOptions) {
    this.#options = options
  }

  /** Airflow: `get_task_log`, with its messages. */
  async getTaskLog(ti: TaskLogRequest, tryNumber: number): Promise<[messages: string[], logs: string[]]> {
    const { pods, config } = this.#options
    const hostname = ti.hostname ? `${ti.hostname} ` : ''
    const messages = [`Attempting to fetch logs from pod ${hostname}through kube API`]
    try {
      const place = await this.#find(ti, tryNumber)
      const timeoutMs = config.requestTimeoutSeconds * 1000
      const lines = await tailLog(pods, place, { tailLines: config.runningPodLogLines, timeoutMs })
      if (lines.length > 0) messages.push('Found logs through kube API')
      return [messages, [lines.join('\n')]]
    } catch (error) {
      messages.push(`Reading from k8s pod logs failed: ${error instanceof Error ? error.message : String(error)}`)
      return [messages, ['']]
    }
  }

  async *streamTaskLog(
    ti: TaskLogRequest,
    tryNumber: number,
    { signal }: { readonly signal?: AbortSignal },
  ): AsyncGenerator<string, void, void> {
    const { pods, clock } = this.#options
    const place = await this.#find(ti, tryNumber)
    const ending = new AbortController()
    const end = () => ending.abort()
    const signals = [this.#stopping.signal, ...(signal ? [signal] : [])]
    for (const each of signals) each.addEventListener('abort', end, { once: true })
    if (signals.some(({ aborted }) => aborted)) end()
    try {
      yield* followLog(pods, place, { clock, signal: ending.signal })
    } finally {
      end()
      for (const each of signals) each.removeEventListener('abort', end)
    }
  }

  /** Ends the streams. */
  async stop(): Promise<void> {
    this.#stopping.abort()
  }

  /** The pod of the try's latest launch. */
  async #find({ key, queuedByJobId }: TaskLogRequest, tryNumber: number): Promise<LogPlace> {
    const { pods, config, book } = this.#options
    const tried = { ...key, tryNumber }
    const launch = book.get(tried)?.launch
    if (launch?.uid) return { namespace: launch.namespace, name: launch.podName }
    const labelSelector = taskSelector(config, tried, queuedByJobId ?? null)
    const records = await listPods(pods, config, { labelSelector })
    const [latest] = [...records].sort((a, b) => launchOfPod(b, tried).number - launchOfPod(a, tried).number)
    if (!latest) throw noPodError(labelSelector)
    return latest
  }
}
