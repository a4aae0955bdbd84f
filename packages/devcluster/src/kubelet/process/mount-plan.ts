import { join, relative } from 'node:path'
import type { HostTree } from './host-tree.ts'

/** Something that a container sees at a path of its own. */
export interface MountTarget {
  /** Absolute, in the container. */
  readonly path: string
  /** What is mounted there: a path of the machine. */
  readonly source: string
  readonly kind: 'folder' | 'file'
  readonly readOnly: boolean
  /** Mount points may be created in the source, because it belongs to the pod. @default false */
  readonly isOwn?: boolean
}

/** One line of a mount table. */
export interface Mount {
  readonly source: string
  readonly target: string
  readonly type: 'none' | 'proc'
  readonly options: string
}

/**
 * How a container's view of the file system is put together. `creations` are made on the machine, all of them in the
 * pod's folder, in order; `mounts` are made in the container's mount namespace, in order; `newRoot` is what becomes `/`.
 */
export interface MountPlan {
  readonly creations: readonly Creation[]
  readonly mounts: readonly Mount[]
  readonly newRoot?: string
}

/** Something to create in the pod's folder; what is there already stays. */
export type Creation =
  | { readonly kind: 'folder' | 'file'; readonly path: string }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }

/** A container's mounts cannot be made. */
export class MountPlanError extends Error {
  override readonly name = 'MountPlanError'
}

/** Devices that every container has, as the OCI runtime specification lists them; `/dev` holds nothing else. */
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty']
const DEVICE_FOLDERS = ['pts', 'shm']
const DEVICE_LINKS: Readonly<Record<string, string>> = {
  fd: '/proc/self/fd',
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
  ptmx: 'pts/ptmx',
}

/** Beyond so many entries a folder is not put together anew. */
const MAX_ENTRIES = 4096

/**
 * Plans the mounts of one container so that nothing is created outside `folder`: a mount point that the machine does not
 * have is added to a copy of the nearest folder that it has, in which every original entry is bound to itself. For `/`
 * that copy becomes the root.
 *
 * `keepVisible` are paths that must stay reachable even below a mount: the container's home, the programs on its PATH.
 * @throws {MountPlanError}
 */
export function mountPlan(input: {
  readonly targets: readonly MountTarget[]
  readonly keepVisible: readonly string[]
  /** Of the pod's, and for this container alone. */
  readonly folder: string
  readonly host: HostTree
}): MountPlan {
  const planner = new Planner(input.folder, input.host)
  const depth = (path: string) => path.split('/').filter(Boolean).length
  for (const target of [...input.targets].sort((a, b) => depth(a.path) - depth(b.path))) planner.add(target)
  for (const path of input.keepVisible) planner.keep(path)
  return planner.plan()
}

interface Placed extends MountTarget {
  /** The path without the machine's links. */
  readonly at: string
}

class Planner {
  readonly #folder: string
  readonly #host: HostTree
  readonly #creations: Creation[] = []
  readonly #placed: Placed[] = []
  /** Folders of the machine that are put together anew, with the copy of each. */
  readonly #copies = new Map<string, string>()
  /** What is bound into the copies. */
  readonly #fillings: Mount[] = []

  constructor(folder: string, host: HostTree) {
    this.#folder = folder
    this.#host = host
    this.#copyDevices()
  }

  add(target: MountTarget): void {
    const { at, missing, base } = this.#locate(target.path)
    if (at === '/' || isWithin(at, '/proc')) {
      throw new MountPlanError(`cannot mount at ${target.path}: it belongs to the container's runtime`)
    }
    const cover = this.#coverOf(at)
    if (cover) this.#createIn(cover, at, target)
    else if (missing.length > 0) this.#createBeside(base, missing, target)
    else if (this.#host.kind(at) !== target.kind) {
      throw new MountPlanError(
        `cannot mount at ${target.path}: not a directory: Are you trying to mount a directory onto a file (or vice-versa)? Check if the specified host path exists and is the expected type`,
      )
    }
    this.#placed.push({ ...target, at })
  }

  keep(path: string): void {
    const at = this.#host.real(path)
    const cover = this.#coverOf(at)
    if (cover) this.add({ path: at, source: at, kind: 'folder', readOnly: false })
  }

  plan(): MountPlan {
    // Whatever hides the pod's own folder must not be mounted over it before its other parts are in place: the whole
    // view is put together aside then.
    const hidesOwn = [...this.#placed.map(({ at }) => at), ...this.#copies.keys()].some((at) =>
      isWithin(this.#folder, at),
    )
    if (hidesOwn) this.#copy('/')
    const newRoot = this.#copies.get('/')
    const inRoot = (path: string) => (newRoot === undefined ? path : join(newRoot, path))
    const byDepth = [...this.#copies].filter(([of]) => of !== '/').sort(([a], [b]) => a.length - b.length)
    const mounts: Mount[] = [
      ...this.#fillings,
      ...byDepth.map(([of, copy]): Mount => ({ source: copy, target: inRoot(of), type: 'none', options: 'rbind' })),
      // A source of its own name: `mount -a` leaves out what the table of the machine has already.
      { source: 'davit-proc', target: inRoot('/proc'), type: 'proc', options: 'nosuid,nodev,noexec' },
      ...this.#placed.map(
        ({ source, at, readOnly }): Mount => ({
          source,
          target: inRoot(at),
          type: 'none',
          options: readOnly ? 'bind,ro' : 'rbind',
        }),
      ),
    ]
    return { creations: this.#creations, mounts, ...(newRoot === undefined ? {} : { newRoot }) }
  }

  /** Where a path leads on the machine: the deepest folder that exists, and what is missing below it. */
  #locate(path: string): { at: string; base: string; missing: string[] } {
    const parts = path.split('/').filter((part) => part !== '' && part !== '.')
    const cover = this.#coverOf(`/${parts.join('/')}`)
    if (cover) return { at: `/${parts.join('/')}`, base: cover.at, missing: [] }
    if (parts[0] === 'dev' && parts.length > 1 && !isDevice(parts[1] ?? '')) {
      return { at: `/${parts.join('/')}`, base: '/dev', missing: parts.slice(1) }
    }
    let length = parts.length
    while (length > 0 && this.#host.kind(`/${parts.slice(0, length).join('/')}`) === 'missing') length--
    const base = length === 0 ? '/' : this.#host.real(`/${parts.slice(0, length).join('/')}`)
    const missing = parts.slice(length)
    return { at: join(base, ...missing), base, missing }
  }

  /** The mount whose content a path lies in: the deepest one above it. */
  #coverOf(at: string): Placed | undefined {
    return this.#placed
      .filter((one) => one.at !== at && isWithin(at, one.at))
      .sort((a, b) => b.at.length - a.at.length)[0]
  }

  #createIn(cover: Placed, at: string, target: MountTarget): void {
    const path = join(cover.source, relative(cover.at, at))
    if (this.#host.kind(path) !== 'missing') return
    if (!cover.isOwn) {
      throw new MountPlanError(
        `cannot mount at ${target.path}: ${path} does not exist, and the dev cluster creates nothing on the machine`,
      )
    }
    this.#create(path, target.kind)
  }

  #createBeside(base: string, missing: readonly string[], target: MountTarget): void {
    if (this.#host.kind(base) !== 'folder') {
      throw new MountPlanError(`cannot mount at ${target.path}: ${base} is not a directory`)
    }
    this.#create(join(this.#copy(base), ...missing), target.kind)
  }

  #create(path: string, kind: 'folder' | 'file'): void {
    if (kind === 'file') this.#creations.push({ kind: 'folder', path: join(path, '..') })
    this.#creations.push({ kind, path })
  }

  /** A folder of the pod's with every entry of `folder` bound to itself. */
  #copy(folder: string): string {
    const known = this.#copies.get(folder)
    if (known !== undefined) return known
    const copy = join(this.#folder, 'view', String(this.#copies.size))
    this.#copies.set(folder, copy)
    this.#creations.push({ kind: 'folder', path: copy })
    const entries = this.#host.entries(folder)
    if (entries.length > MAX_ENTRIES) {
      throw new MountPlanError(
        `cannot add a mount point to ${folder}: it has ${entries.length} entries; mount at a path that exists, or elsewhere`,
      )
    }
    for (const { name, kind, target } of entries) {
      const path = join(copy, name)
      if (kind === 'link') this.#creations.push({ kind: 'link', path, target: target ?? '' })
      else this.#creations.push({ kind, path })
      const isMountedLater = folder === '/' && (name === 'proc' || name === 'dev')
      if (kind !== 'link' && !isMountedLater) this.#bindIn(join(folder, name), path)
    }
    return copy
  }

  #copyDevices(): void {
    const copy = join(this.#folder, 'dev')
    this.#copies.set('/dev', copy)
    this.#creations.push({ kind: 'folder', path: copy })
    for (const [name, target] of Object.entries(DEVICE_LINKS)) {
      this.#creations.push({ kind: 'link', path: join(copy, name), target })
    }
    for (const name of [...DEVICES, ...DEVICE_FOLDERS]) {
      const kind = this.#host.kind(`/dev/${name}`)
      if (kind === 'missing') continue
      this.#creations.push({ kind, path: join(copy, name) })
      this.#bindIn(`/dev/${name}`, join(copy, name))
    }
  }

  #bindIn(source: string, target: string): void {
    this.#fillings.push({ source, target, type: 'none', options: 'rbind' })
  }
}

function isDevice(name: string): boolean {
  return DEVICES.includes(name) || DEVICE_FOLDERS.includes(name)
}

/** Whether `path` is `folder` or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

/** The mounts as a file for `mount -a -T`. */
export function mountTable(mounts: readonly Mount[]): string {
  return mounts
    .map(({ source, target, type, options }) => `${tableField(source)} ${tableField(target)} ${type} ${options} 0 0\n`)
    .join('')
}

/** fstab(5): a space is `\040`. */
function tableField(path: string): string {
  return path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
