import { styleText } from 'node:util'
import type { TaskInstanceRow } from '../store/workflow-store.ts'
import { stripTerminal } from '../strip-terminal.ts'
import { durationMs } from './run-summary.ts'

/** What one frame shows: the instances, and for each that waits the reason. */
export interface TableFrame {
  readonly title: string
  readonly instances: readonly TaskInstanceRow[]
  readonly waitingReason: (instance: TaskInstanceRow) => string | null
  readonly nowMs: number
}

/** How large the terminal is, and whether it shows colours. */
export interface TableSpace {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
}

type Colour = 'green' | 'red' | 'cyan' | 'yellow' | 'gray'

const COLOURS: Readonly<Record<string, Colour>> = {
  success: 'green',
  failed: 'red',
  upstream_failed: 'red',
  running: 'cyan',
  queued: 'yellow',
  up_for_retry: 'yellow',
}

/** What a reader looks for first when there is not room for all. */
const URGENCY = ['failed', 'running', 'queued', 'up_for_retry', 'scheduled', 'upstream_failed', 'skipped', 'success']

/**
 * One frame of the live table: state, try, duration, pod, and why it waits. Fits the terminal: where there are more
 * instances than lines, the most urgent are shown and the rest is counted by state.
 */
export function liveTable(frame: TableFrame, space: TableSpace): string {
  const room = Math.max(3, space.rows - 4)
  const { shown, hidden } = chooseInstances(frame.instances, room)
  const rows = shown.map((instance) => cells(instance, frame))
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  const lines = rows.map((row, index) => {
    const [state = '', ...rest] = row.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    const text = fit(`${state}  ${rest.join('  ')}`, space.columns)
    const colour = COLOURS[shown[index]?.state ?? ''] ?? 'gray'
    return space.colour ? paint(colour, text.slice(0, state.length)) + text.slice(state.length) : text
  })
  const footer = hidden.length > 0 ? [fit(`… and ${countByState(hidden)}`, space.columns)] : []
  return [fit(`${frame.title}  ${countByState(frame.instances)}`, space.columns), ...lines, ...footer].join('\n')
}

/** `12 success, 1 running` */
export function countByState(instances: readonly TaskInstanceRow[]): string {
  const counts = Map.groupBy(instances, ({ state }) => state ?? 'waiting')
  return [...counts].map(([state, { length }]) => `${length} ${state}`).join(', ')
}

/** `delays[3]`; the bare id when the task is not mapped. */
export function instanceName({ taskId, mapIndex }: TaskInstanceRow): string {
  return mapIndex < 0 ? taskId : `${taskId}[${mapIndex}]`
}

function chooseInstances(instances: readonly TaskInstanceRow[], room: number) {
  if (instances.length <= room) return { shown: instances, hidden: [] }
  const urgency = ({ state }: TaskInstanceRow) => {
    const place = URGENCY.indexOf(state ?? 'scheduled')
    return place < 0 ? URGENCY.length : place
  }
  const chosen = new Set(instances.toSorted((a, b) => urgency(a) - urgency(b)).slice(0, room - 1))
  return {
    shown: instances.filter((instance) => chosen.has(instance)),
    hidden: instances.filter((instance) => !chosen.has(instance)),
  }
}

function cells(instance: TaskInstanceRow, { waitingReason, nowMs }: TableFrame): string[] {
  const running = instance.state === 'running' && instance.queuedAt !== null
  const ms = running ? nowMs - Date.parse(instance.queuedAt ?? '') : durationMs(instance)
  // A try that goes on is not explained by the failure of the one before.
  const failed = instance.state === 'failed' || instance.state === 'up_for_retry' ? instance.failure?.message : null
  const why = [waitingReason(instance), failed].filter((text) => text !== null && text !== undefined).join('; ')
  return [
    instance.state ?? 'waiting',
    instanceName(instance),
    instance.tryNumber > 0 ? `try ${instance.tryNumber}` : '',
    ms === null ? '' : `${(ms / 1000).toFixed(1)} s`,
    [instance.podName ?? '', stripTerminal(why)].filter((text) => text !== '').join('  '),
  ]
}

function fit(text: string, columns: number): string {
  const clean = text.trimEnd()
  return clean.length <= columns ? clean : `${clean.slice(0, Math.max(0, columns - 1))}…`
}

function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { validateStream: false })
}
