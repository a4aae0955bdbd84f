import { describe, expect, it } from 'vitest'
import type { HostEntry, HostTree } from '../../../src/kubelet/process/host-tree.ts'
import {
  isWithin,
  MountPlanError,
  type MountTarget,
  mountPlan,
  mountTable,
} from '../../../src/kubelet/process/mount-plan.ts'

/** A small machine: folders by path with their entries; a trailing @ is a link. */
const FOLDERS: Record<string, HostEntry[]> = {
  '/': [
    { name: 'bin', kind: 'link', target: 'usr/bin' },
    { name: 'dev', kind: 'folder' },
    { name: 'etc', kind: 'folder' },
    { name: 'proc', kind: 'folder' },
    { name: 'tmp', kind: 'folder' },
    { name: 'usr', kind: 'folder' },
    { name: 'run', kind: 'folder' },
    { name: 'var', kind: 'folder' },
  ],
  '/dev': [],
  '/dev/pts': [],
  '/dev/shm': [],
  '/etc': [
    { name: 'hosts', kind: 'file' },
    { name: 'ssl', kind: 'folder' },
    { name: 'localtime', kind: 'link', target: '/usr/zone' },
  ],
  '/etc/ssl': [],
  '/run': [],
  '/tmp': [],
  '/usr': [],
  '/usr/bin': [],
  '/var': [],
  '/pod/volumes/v': [],
}
const FILES = ['/etc/hosts', '/dev/null', '/dev/zero', '/pod/volumes/v/there']

const resolve = (path: string) => path.replace(/^\/var\/run(?=\/|$)/, '/run').replace(/^\/bin(?=\/|$)/, '/usr/bin')
const host: HostTree = {
  kind: (path) => (resolve(path) in FOLDERS ? 'folder' : FILES.includes(resolve(path)) ? 'file' : 'missing'),
  real: resolve,
  entries: (folder) => FOLDERS[folder] ?? [],
}

const target = (path: string, more: Partial<MountTarget> = {}): MountTarget => ({
  path,
  source: '/pod/volumes/v',
  kind: 'folder',
  readOnly: false,
  isOwn: true,
  ...more,
})
const plan = (targets: MountTarget[], keepVisible: string[] = [], folder = '/pod/c') =>
  mountPlan({ targets, keepVisible, folder, host })
const mountsOf = (result: ReturnType<typeof plan>) =>
  result.mounts.map(({ source, target, options }) => `${source} -> ${target} ${options}`)

describe('mountPlan', () => {
  it('gives every container devices and processes of its own', () => {
    const result = plan([])
    expect(mountsOf(result)).toEqual([
      '/dev/null -> /pod/c/dev/null rbind',
      '/dev/zero -> /pod/c/dev/zero rbind',
      '/dev/pts -> /pod/c/dev/pts rbind',
      '/dev/shm -> /pod/c/dev/shm rbind',
      '/pod/c/dev -> /dev rbind',
      'davit-proc -> /proc nosuid,nodev,noexec',
    ])
    expect(result.newRoot).toBeUndefined()
    expect(result.creations).toContainEqual({ kind: 'link', path: '/pod/c/dev/stdout', target: '/proc/self/fd/1' })
  })

  it('puts a termination file into the devices', () => {
    const result = plan([target('/dev/termination-log', { source: '/pod/c/message', kind: 'file' })])
    expect(result.creations).toContainEqual({ kind: 'file', path: '/pod/c/dev/termination-log' })
    expect(mountsOf(result).at(-1)).toBe('/pod/c/message -> /dev/termination-log rbind')
  })

  it('binds at a path that exists, read-only where it must', () => {
    const result = plan([target('/etc/ssl', { readOnly: true })])
    expect(mountsOf(result).at(-1)).toBe('/pod/volumes/v -> /etc/ssl bind,ro')
    expect(result.newRoot).toBeUndefined()
  })

  it('copies the nearest folder for a path that does not exist', () => {
    const result = plan([target('/etc/app/conf')])
    expect(result.newRoot).toBeUndefined()
    expect(result.creations).toContainEqual({ kind: 'folder', path: '/pod/c/view/1/app/conf' })
    expect(result.creations).toContainEqual({ kind: 'link', path: '/pod/c/view/1/localtime', target: '/usr/zone' })
    expect(mountsOf(result)).toContain('/etc/hosts -> /pod/c/view/1/hosts rbind')
    expect(mountsOf(result).slice(-3)).toEqual([
      '/pod/c/view/1 -> /etc rbind',
      'davit-proc -> /proc nosuid,nodev,noexec',
      '/pod/volumes/v -> /etc/app/conf rbind',
    ])
  })

  it('makes a new root for a path in it', () => {
    const result = plan([target('/data')])
    expect(result.newRoot).toBe('/pod/c/view/1')
    expect(mountsOf(result).filter((mount) => mount.startsWith('/proc ') || mount.startsWith('/dev '))).toEqual([])
    expect(result.creations).toContainEqual({ kind: 'link', path: '/pod/c/view/1/bin', target: 'usr/bin' })
    expect(mountsOf(result).slice(-3)).toEqual([
      '/pod/c/dev -> /pod/c/view/1/dev rbind',
      'davit-proc -> /pod/c/view/1/proc nosuid,nodev,noexec',
      '/pod/volumes/v -> /pod/c/view/1/data rbind',
    ])
  })

  it('follows the links of the machine', () => {
    expect(mountsOf(plan([target('/var/run/secrets')])).at(-1)).toBe('/pod/volumes/v -> /run/secrets rbind')
    expect(mountsOf(plan([target('/bin')])).at(-1)).toBe('/pod/volumes/v -> /usr/bin rbind')
  })

  it('creates a mount point below a volume in the volume', () => {
    const result = plan([target('/tmp/a/b', { source: '/pod/volumes/w' }), target('/tmp')])
    expect(result.creations).toContainEqual({ kind: 'folder', path: '/pod/volumes/v/a/b' })
    expect(mountsOf(result).slice(-2)).toEqual(['/pod/volumes/v -> /tmp rbind', '/pod/volumes/w -> /tmp/a/b rbind'])
  })

  it('takes a mount point that the volume has', () => {
    const result = plan([target('/tmp'), target('/tmp/there', { kind: 'file' })])
    expect(result.creations.filter(({ path }) => path.startsWith('/pod/volumes'))).toEqual([])
  })

  it('creates nothing in a folder of the machine', () => {
    expect(() => plan([target('/tmp', { isOwn: false }), target('/tmp/a')])).toThrow(
      new MountPlanError(
        'cannot mount at /tmp/a: /pod/volumes/v/a does not exist, and the dev cluster creates nothing on the machine',
      ),
    )
  })

  it('keeps paths visible that a volume would hide', () => {
    const result = plan([target('/usr')], ['/usr/bin', '/etc/ssl'])
    expect(result.creations).toContainEqual({ kind: 'folder', path: '/pod/volumes/v/bin' })
    expect(mountsOf(result).slice(-2)).toEqual(['/pod/volumes/v -> /usr rbind', '/usr/bin -> /usr/bin rbind'])
  })

  it('puts the view together aside when a volume hides the pod itself', () => {
    const result = plan([target('/tmp')], [], '/tmp/davit/pod')
    expect(result.newRoot).toBe('/tmp/davit/pod/view/1')
    expect(mountsOf(result).at(-1)).toBe('/pod/volumes/v -> /tmp/davit/pod/view/1/tmp rbind')
  })

  it.each<[string, Partial<MountTarget>]>([
    ['/', {}],
    ['/proc/self', {}],
    ['/etc/hosts', {}],
    ['/etc/ssl', { kind: 'file' }],
    ['/etc/hosts/x', {}],
  ])('refuses %s', (path, more) => {
    expect(() => plan([target(path, more)])).toThrow(MountPlanError)
  })
})

it('mountTable escapes what separates fields', () => {
  expect(mountTable([{ source: '/a b', target: '/c\t#\\', type: 'none', options: 'rbind' }])).toBe(
    '/a\\040b /c\\011\\043\\134 none rbind 0 0\n',
  )
})

it('isWithin knows folders from names that begin alike', () => {
  expect([isWithin('/a/b', '/a'), isWithin('/a', '/a'), isWithin('/ab', '/a'), isWithin('/a', '/')]).toEqual([
    true,
    true,
    false,
    true,
  ])
})
