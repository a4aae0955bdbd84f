import { readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'

/** An entry of a folder, as far as a mount needs to know it. */
export interface HostEntry {
  readonly name: string
  readonly kind: 'folder' | 'file' | 'link'
  /** Where a link leads. */
  readonly target?: string
}

/** The machine's files, as a mount plan looks at them. */
export interface HostTree {
  /** What a path leads to, links followed. */
  kind(path: string): 'folder' | 'file' | 'missing'
  /** The path without links; it must exist. */
  real(path: string): string
  entries(folder: string): HostEntry[]
}

/** The file system of this machine. */
export const hostTree: HostTree = {
  kind(path) {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats === undefined ? 'missing' : stats.isDirectory() ? 'folder' : 'file'
  },
  real: (path) => realpathSync(path),
  entries: (folder) =>
    readdirSync(folder, { withFileTypes: true }).map((entry) => {
      if (entry.isSymbolicLink()) {
        return { name: entry.name, kind: 'link', target: readlinkSync(`${folder === '/' ? '' : folder}/${entry.name}`) }
      }
      return { name: entry.name, kind: entry.isDirectory() ? 'folder' : 'file' }
    }),
}
