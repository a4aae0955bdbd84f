import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Who may import whom: the same picture as in ARCHITECTURE.md. A room is a folder under a package's `src`, or `.` for the
 * files at its top. A room not named here may import nothing of ours.
 */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  executor: {
    kube: ['kube', '.'],
    watch: ['watch', 'kube', '.'],
    tasks: ['tasks', '.'],
    config: ['config', '.'],
    pods: ['pods', 'config', 'tasks', 'kube/types', 'kube/pod-view', '.'],
    loops: ['loops', 'pods', 'config', 'tasks', 'watch', 'kube', '.'],
    '.': ['.', 'loops', 'pods', 'config', 'tasks', 'watch', 'kube'],
  },
  devcluster: {
    storage: ['storage', '.'],
    apiserver: ['apiserver', 'storage', 'kubelet', '.'],
    kubelet: ['kubelet', '.'],
    'node-lifecycle': ['node-lifecycle', 'kubelet', '.'],
    '.': ['.', 'apiserver', 'storage', 'kubelet', 'node-lifecycle'],
  },
  workflows: {
    dag: ['dag', '.', '@davit/executor'],
    scheduler: ['scheduler', 'store', 'dag', '.', '@davit/executor'],
    store: ['store', 'dag', '.', '@davit/executor'],
    'task-api': ['task-api', 'worker', 'store', 'dag', '.', '@davit/executor'],
    worker: ['worker', 'dag', '.', '@davit/executor'],
    cluster: ['cluster', 'dag', '.', '@davit/executor', '@davit/devcluster'],
    run: [
      'run',
      'cluster',
      'scheduler',
      'store',
      'task-api',
      'worker',
      'dag',
      '.',
      '@davit/executor',
      '@davit/devcluster',
    ],
    doctor: ['doctor', 'cluster', 'store', '.', '@davit/executor'],
    pods: ['pods', '.', '@davit/executor'],
    cli: [
      'cli',
      'cluster',
      'doctor',
      'pods',
      'run',
      'worker',
      'dag',
      'store',
      '.',
      '@davit/devcluster',
      '@davit/executor',
    ],
    '.': ['.', 'dag', '@davit/executor'],
  },
}

/** Files at the top of `executor/src` that hold what everything may use: no I/O, nothing of Airflow. */
const BASICS_OF_EXECUTOR = [
  'clock',
  'logger',
  'errors',
  'metrics',
  'metric-table',
  'load-yaml',
  'problem',
  'version',
  'nearest-name',
  'in-batches',
]

describe.each(Object.entries(ROOMS))('packages/%s', (name, rooms) => {
  const folder = join(root, 'packages', name, 'src')
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

  it('imports only what its rooms may', () => {
    const wrong = files.flatMap((file) => {
      const room = roomOf(file)
      const allowed = rooms[room] ?? []
      return importsOf(join(folder, file))
        .filter((specifier) => specifier.startsWith('.') || specifier.startsWith('@davit/'))
        .map((specifier) =>
          specifier.startsWith('.') ? relative(folder, join(folder, dirname(file), specifier)) : specifier,
        )
        .filter((target) => !isAllowed(target, allowed))
        .map((target) => `${file} -> ${target}`)
    })
    expect(wrong).toEqual([])
  })
})

it('keeps the wire and the watch of the executor free of Airflow', () => {
  const folder = join(root, 'packages/executor/src')
  const wrong = ['kube', 'watch'].flatMap((room) =>
    readdirSync(join(folder, room), { encoding: 'utf8', recursive: true })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        importsOf(join(folder, room, file))
          .filter((specifier) => specifier.startsWith('.'))
          .map((specifier) => ({ file, target: relative(folder, join(folder, room, dirname(file), specifier)) })),
      )
      .filter(({ target }) => !/^(kube|watch)\//.test(target))
      .filter(({ target }) => !BASICS_OF_EXECUTOR.includes(target.replace(/\.ts$/, '')))
      .map(({ file, target }) => `${room}/${file} -> ${target}`),
  )
  expect(wrong).toEqual([])
})

it('waits without expect.poll where cases run side by side: vitest does not always know which one asks', () => {
  const folder = join(root, 'test/conformance')
  const wrong = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => /\bconcurrent: true\b[\s\S]*expect\s*\.poll\b/.test(readFileSync(join(folder, file), 'utf8')))
  expect(wrong).toEqual([])
})

function roomOf(file: string): string {
  return file.includes('/') ? (file.split('/')[0] ?? '.') : '.'
}

function isAllowed(target: string, allowed: readonly string[]): boolean {
  if (target.startsWith('@davit/')) return allowed.includes(target)
  return allowed.includes(roomOf(target)) || allowed.includes(target.replace(/\.ts$/, ''))
}

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^'"\n]*?(?:\n[^'"]*?)?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  )
  return [...found].map(([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? '')
}
