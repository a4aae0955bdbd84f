import type { DagDocument, TaskDocument } from './dag-document.ts'
import type { JsonValue } from './dag-spec.ts'
import { type DagDefinition, isDagDefinition, type RecordedTask } from './define-dag.ts'
import type { DocumentPath } from './document-path.ts'
import type { Finding } from './finding.ts'
import { isTaskHandle, taskHandleBrand } from './task-handle.ts'
import { toJson } from './to-json.ts'

/**
 * What an evaluated DAG file exports, as a document: handles become ids, functions stay where they are.
 * Rejects with the error of an asynchronous builder function.
 */
export async function describeDag(module: Readonly<Record<string, unknown>>): Promise<DagDocument> {
  const exported = await module.default
  if (!isDagDefinition(exported)) {
    return { style: 'camel', isReadable: false, options: {}, tasks: [], problems: [wrongExport(exported, module)] }
  }
  await exported.ready
  const problems: Finding[] = []
  const options = describeOptions(exported.options, [], problems)
  return {
    style: 'camel',
    isReadable: true,
    options,
    tasks: exported.tasks.map(describeTask(exported, problems)),
    problems,
  }
}

function describeTask(definition: DagDefinition, problems: Finding[]) {
  return (task: RecordedTask, index: number): TaskDocument => {
    const path = ['tasks', typeof task.taskId === 'string' && task.taskId !== '' ? task.taskId : index]
    if (task.kind === 'function' && typeof task.run !== 'function') {
      problems.push({
        path,
        message: `the task's code is ${nameOf(task.run)}, not a function`,
        hint: 'write dag.task(id, options, async (context) => …)',
      })
    }
    const options = describeOptions(withIds(task.options, definition, path, problems), path, problems)
    return { kind: task.kind, taskId: plain(task.taskId, [...path, 'taskId'], problems), options }
  }
}

/** Undefined stands for an option that was not given. */
function describeOptions(options: unknown, path: DocumentPath, problems: Finding[]): JsonValue {
  return options === undefined ? {} : plain(options, path, problems)
}

function plain(value: unknown, path: DocumentPath, problems: Finding[]): JsonValue {
  const { json, lost } = toJson(value, path)
  problems.push(...lost)
  return json
}

/** Replaces handles by ids where tasks are meant. */
function withIds(options: unknown, definition: DagDefinition, path: DocumentPath, problems: Finding[]): unknown {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options
  const id = (value: unknown, at: DocumentPath): unknown => {
    if (!isTaskHandle(value)) return value
    if (value[taskHandleBrand] !== definition.tasks) {
      problems.push({ path: at, message: `the task ${JSON.stringify(value.taskId)} belongs to another DAG` })
    }
    return value.taskId
  }
  const result: Record<string, unknown> = { ...options }
  if (Array.isArray(result.upstream)) {
    result.upstream = result.upstream.flatMap((item, index) => {
      const at = [...path, 'upstream', index]
      if (item !== undefined) return [id(item, at)]
      problems.push({ path: at, message: 'undefined is no task', hint: 'define a task before it is used as upstream' })
      return []
    })
  } else {
    result.upstream = id(result.upstream, [...path, 'upstream'])
  }
  result.map = id(result.map, [...path, 'map'])
  return result
}

function wrongExport(exported: unknown, module: Readonly<Record<string, unknown>>): Finding {
  const hint = 'end the file with: export default defineDag({ dagId: … }, (dag) => { … })'
  if (Array.isArray(exported) && exported.some(isDagDefinition)) {
    return {
      path: [],
      message: `the file exports ${exported.length} DAGs`,
      hint: 'write each DAG in a file of its own',
    }
  }
  const named = Object.keys(module).filter((name) => name !== 'default' && isDagDefinition(module[name]))
  if (named.length > 0) {
    return { path: [], message: `the file exports its DAG as ${JSON.stringify(named[0])}, not as its default`, hint }
  }
  if ('default' in module) {
    return { path: [], message: `the file's default export is ${nameOf(exported)}, not a DAG`, hint }
  }
  return { path: [], message: 'the file has no default export', hint }
}

function nameOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** The code of a function task of an evaluated DAG file; undefined when there is none of that id. */
export async function taskFunction(
  module: Readonly<Record<string, unknown>>,
  taskId: string,
): Promise<((context: unknown) => unknown) | undefined> {
  const exported = await module.default
  if (!isDagDefinition(exported)) return undefined
  await exported.ready
  const run = exported.tasks.find((task) => task.taskId === taskId && task.kind === 'function')?.run
  return typeof run === 'function' ? (context) => run(context) : undefined
}
