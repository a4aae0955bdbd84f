import { createReadStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import type { LoadedDag } from '../dag/dag-spec.ts'
import { nameHint } from '../dag/nearest-name.ts'
import type { TaskApiStore, WorkerIdentity } from '../store/workflow-store.ts'
import type { StartAnswer, TokenAnswer } from '../worker/protocol.ts'
import type { WorkerCode } from '../worker/worker-code.ts'
import { Refusal } from './refusal.ts'
import { outcomeField, readBody, textField } from './request-body.ts'
import type { WorkerSession, WorkerSessions } from './worker-sessions.ts'

/** What the routes stand on. */
export interface TaskRouteContext {
  readonly store: TaskApiStore
  /** The DAG that a launch belongs to; null when it is not known here. */
  readonly dagOf: (launchId: string) => LoadedDag | null | Promise<LoadedDag | null>
  readonly runtime: WorkerCode['runtime']
  readonly heartbeatSeconds: number
  readonly sessions: WorkerSessions
}

/** An answer: JSON, or content. */
export type RouteAnswer = { readonly json: unknown } | { readonly content: string | Readable; readonly type: string }

/**
 * Exchanges a launch token for a worker token, once for a launch: a second pod, or the same one started again, is
 * refused. Only the very request that succeeded may be repeated.
 */
export async function exchangeToken(
  context: TaskRouteContext,
  launchToken: string,
  request: IncomingMessage,
): Promise<RouteAnswer> {
  const body = await readBody(request)
  const podUid = textField(body, 'podUid')
  const requestId = textField(body, 'requestId')
  const answer = await context.sessions.exchangeOnce([launchToken, podUid, requestId], () =>
    exchange(context, launchToken, podUid),
  )
  return { json: answer }
}

async function exchange(context: TaskRouteContext, launchToken: string, podUid: string): Promise<TokenAnswer> {
  const identity = await context.store.exchangeLaunchToken(launchToken, podUid)
  if (!identity) {
    throw new Refusal(403, 'LAUNCH_REFUSED', 'the launch token is unknown, used, or of a launch that was replaced')
  }
  const dag = await dagOf(context, identity)
  return {
    workerToken: context.sessions.issue(identity),
    runtime: { hash: context.runtime.hash },
    bundle: { hash: bundleOf(dag).hash },
    files: dag.files.map(({ path, hash, size }) => ({ path, hash, size })),
    heartbeatSeconds: context.heartbeatSeconds,
  }
}

type Route = (
  context: TaskRouteContext,
  session: WorkerSession,
  request: IncomingMessage,
  url: URL,
) => Promise<RouteAnswer>

/** Every route of a worker. None carries an id: who asks is known by the token. */
export const TASK_ROUTES: Readonly<Record<string, Route>> = {
  'GET /task/runtime': async ({ runtime }) => ({ content: runtime.code, type: 'text/javascript' }),

  'GET /task/bundle': async (context, { identity }) => ({
    content: bundleOf(await dagOf(context, identity)).code,
    type: 'text/javascript',
  }),

  'GET /task/files': async (context, { identity }) => {
    const { files } = await dagOf(context, identity)
    return { json: { files: files.map(({ path, hash, size }) => ({ path, hash, size })) } }
  },

  'GET /task/files/:index': async (context, { identity }, _request, url) => {
    const { files } = await dagOf(context, identity)
    const file = files[Number(url.pathname.split('/').at(-1))]
    if (!file) throw new Refusal(404, 'FILE_UNKNOWN', `the DAG has ${files.length} files`)
    const stream = createReadStream(file.absolutePath)
    // Opened before the answer begins, so that a file that is gone is an answer, and no broken one.
    await new Promise((resolve, reject) => stream.once('open', resolve).once('error', reject))
    return { content: stream, type: 'application/octet-stream' }
  },

  'POST /task/start': async ({ store }, session, request) => ({
    json: await once(session, 'start', request, async (): Promise<StartAnswer> => {
      const started = await store.startTask(session.identity)
      if (!started) throw new Refusal(409, 'START_REFUSED', 'the task was started before, or its launch was replaced')
      return started
    }),
  }),

  'POST /task/heartbeat': async ({ store }, { identity }) => {
    if (!(await store.heartbeat(identity))) throw new Refusal(410, 'TRY_OVER', 'the try is over')
    return { json: {} }
  },

  'GET /task/xcom': async (context, { identity }, _request, url) => {
    const taskId = url.searchParams.get('task')
    if (taskId === null) throw new Refusal(400, 'QUERY_INVALID', 'say which task: ?task=ID')
    const taskIds = (await dagOf(context, identity)).spec.tasks.map((task) => task.taskId)
    if (!taskIds.includes(taskId)) {
      const hint = nameHint(taskId, taskIds, 'tasks')
      throw new Refusal(404, 'TASK_UNKNOWN', `there is no task ${JSON.stringify(taskId)}: ${hint}`)
    }
    return { json: { result: await context.store.pullXcom(identity, taskId) } }
  },

  'POST /task/finish': async ({ store }, session, request) => ({
    json: await once(session, 'finish', request, async (body) => {
      if (!(await store.finishTask(session.identity, outcomeField(body)))) {
        throw new Refusal(410, 'TRY_OVER', 'the try is over, so its outcome was not taken')
      }
      return {}
    }),
  }),
}

/** Answers a request that is repeated after a lost answer as it was answered before. */
async function once(
  session: WorkerSession,
  route: string,
  request: IncomingMessage,
  answer: (body: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Promise<unknown> {
  const body = await readBody(request)
  const requestId = textField(body, 'requestId')
  const before = session.answers.get(route)
  if (before?.requestId === requestId) return before.answer
  const entry = { requestId, answer: answer(body) }
  session.answers.set(route, entry)
  entry.answer.catch((error) => {
    // A refusal stays; trouble of ours may pass.
    if (!(error instanceof Refusal) && session.answers.get(route) === entry) session.answers.delete(route)
  })
  return entry.answer
}

async function dagOf(context: TaskRouteContext, { launchId }: WorkerIdentity): Promise<LoadedDag> {
  const dag = await context.dagOf(launchId)
  if (!dag) throw new Refusal(410, 'DAG_UNKNOWN', 'the DAG of this launch is not known any more')
  return dag
}

function bundleOf({ bundle }: LoadedDag): NonNullable<LoadedDag['bundle']> {
  if (!bundle) throw new Refusal(404, 'BUNDLE_NONE', 'the DAG of this launch has no function tasks')
  return bundle
}
