import { DagLoadError } from '../dag/dag-load-error.ts'
import type { DagSpec, JsonValue, LoadedDag } from '../dag/dag-spec.ts'
import { documentPathText } from '../dag/document-path.ts'
import { parseParams } from '../dag/parse-params.ts'
import { podTemplateProblems } from '../dag/pod-checks.ts'
import type { Problem } from '../dag/problem.ts'
import type { ErrorCode } from '../error-codes.ts'
import { taskApiAddress } from '../task-api/listen-address.ts'
import { TaskApiError } from '../task-api/task-api-error.ts'
import { checkRunOptions, type RunOptions, type TypedRunOptions } from './run-options.ts'

/** A run that nothing is known to be wrong with. */
export interface PreparedRun {
  readonly dag: LoadedDag
  /** The DAG file as the user named it. */
  readonly file: string
  readonly params: Readonly<Record<string, JsonValue>>
  readonly options: RunOptions
}

type RefusalCode = ErrorCode<'dag' | 'usage' | 'permission'>

/** The file or the options are wrong, or the cluster would not allow the run; nothing was started. Holds the problems of all of them. */
export class RunRefusedError extends Error {
  override readonly name = 'RunRefusedError'
  readonly code: RefusalCode
  readonly problems: readonly Problem[]

  constructor(code: RefusalCode, message: string, problems: readonly Problem[], options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.problems = problems
  }
}

/**
 * Checks everything that can be checked before anything starts: options, the file, params against the file, and whether
 * pods will reach the task API. Finds all problems of all of them.
 * @throws {RunRefusedError}
 */
export async function prepareRun(input: {
  /** As the user named it. */
  readonly file: string
  readonly typed: TypedRunOptions
  readonly nowMs: number
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Injected, as it starts a child process. */
  readonly loadDag: (file: string) => Promise<LoadedDag>
}): Promise<PreparedRun> {
  const { options, problems } = checkRunOptions(input.typed, input)
  const loaded = await input.loadDag(input.file).catch((error: unknown) => {
    if (error instanceof DagLoadError) return error
    throw error
  })
  if (loaded instanceof DagLoadError) {
    throw new RunRefusedError(loaded.code, loaded.message, [...problems, ...loaded.problems], { cause: loaded })
  }
  const { params, problems: paramProblems } = parseParams(loaded.spec, options.params)
  problems.push(...paramProblems, ...templateProblems(options.cluster.config.podTemplateFile))
  if (!problems.some(({ path }) => path?.startsWith('--task-api'))) {
    problems.push(...taskApiProblems(loaded.spec, options))
  }
  if (problems.length > 0) throw new RunRefusedError('OPTION_INVALID', `cannot run ${input.file}`, problems)
  return { dag: loaded, file: input.file, params, options }
}

/** What is wrong with the template of `--pod-template-file`; those that tasks name are the DAG file's. */
function templateProblems(file = ''): Problem[] {
  if (file === '') return []
  return podTemplateProblems(file).map(({ path, ...problem }) => ({
    ...problem,
    file,
    path: documentPathText(path) ?? '--pod-template-file',
  }))
}

/** Whether function tasks, if there are any, can reach the task API, as far as addresses tell. */
function taskApiProblems(spec: DagSpec, { cluster, taskApi }: RunOptions): Problem[] {
  const functions = spec.tasks.filter(({ kind }) => kind === 'function')
  if (functions.length === 0) return []
  // On a cluster that is not the embedded one nobody but the user knows how its pods reach this machine.
  if (cluster.connection !== null && taskApi.url === undefined) {
    return [
      {
        file: null,
        path: '--task-api-url',
        message: `needed: the pods of ${functions.length} function tasks must reach this machine`,
        hint: 'give the address that pods reach, such as https://10.0.0.5:8801, and --task-api-listen 0.0.0.0:8801; port 0 in both is a free one',
      },
    ]
  }
  try {
    taskApiAddress(taskApi.listen, taskApi.url)
    return []
  } catch (error) {
    if (!(error instanceof TaskApiError)) throw error
    const path = taskApi.url === undefined ? '--task-api-listen' : '--task-api-url'
    return [{ file: null, path, message: error.message }]
  }
}
