import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, realpath, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { waitUntil } from '../wait-until.ts'

const root = '/sys/fs/cgroup'

/** The name of the control groups of the containers of a Kubernetes, which its folder decides. */
export function cgroupName(folder: string): string {
  return `davit-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`
}

/** Makes the groups, in which the kubelet makes its own: it insists that they exist. */
export async function createCgroups(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(join(hierarchy, name), { recursive: true })
  if (!isUnified()) return
  // With the second version of cgroups a group has the controllers that the one above it hands down.
  const controllers = (await readFile(join(root, 'cgroup.controllers'), 'utf8')).trim().split(/\s+/)
  const handDown = controllers.map((controller) => `+${controller}`).join(' ')
  for (const group of [root, join(root, name)]) await writeFile(join(group, 'cgroup.subtree_control'), handDown)
}

/** Removes the groups and those in them, once the last process in them has gone. */
export async function removeCgroups(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const what = `the control group ${join(hierarchy, name)} to be empty`
    await waitUntil(() => removeTree(join(hierarchy, name)), { what, withinMs: 10_000, everyMs: 10 })
  }
}

/** @returns true when the group is gone */
async function removeTree(group: string): Promise<boolean> {
  if (!existsSync(group)) return true
  for (const entry of await readdir(group, { withFileTypes: true })) {
    // Its files are the kernel's, and go with it.
    if (entry.isDirectory()) await removeTree(join(group, entry.name))
  }
  await rmdir(group)
  return true
}

function isUnified(): boolean {
  return existsSync(join(root, 'cgroup.controllers'))
}

/** The folders that groups are made in: one with version 2, one for each controller with version 1. */
async function hierarchies(): Promise<string[]> {
  if (isUnified()) return [root]
  const entries = await readdir(root).catch(() => [])
  // Controllers that share a hierarchy are links to it.
  return [...new Set(await Promise.all(entries.map((entry) => realpath(join(root, entry)))))]
}
