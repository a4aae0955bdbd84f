import { chmod, copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from './run-command.ts'
import { sharedLibraries } from './shared-libraries.ts'

/** Writes what the busybox image has: each of its tools, a user who is root and one who is not, folders to write into. */
export async function busyboxFiles(root: string, busybox: string): Promise<void> {
  for (const folder of ['bin', 'etc', 'home', 'root', 'tmp', 'usr/bin', 'usr/sbin', 'var/tmp']) {
    await mkdir(join(root, folder), { recursive: true })
  }
  for (const folder of ['tmp', 'var/tmp']) await chmod(join(root, folder), 0o1777)
  await copyProgram(root, busybox, '/bin/busybox')
  for (const tool of (await runCommand([busybox, '--list'])).trim().split('\n')) {
    if (tool !== 'busybox') await symlink('busybox', join(root, 'bin', tool))
  }
  // Programs are called by that path in the first line of scripts.
  await symlink('../../bin/env', join(root, 'usr/bin/env'))
  await writeFile(
    join(root, 'etc/passwd'),
    `root:x:0:0:root:/root:/bin/sh
node:x:1000:1000::/home:/bin/sh
nobody:x:65534:65534:nobody:/home:/bin/false
`,
  )
  await writeFile(join(root, 'etc/group'), 'root:x:0:\nnode:x:1000:\nnogroup:x:65534:\n')
}

/** Writes a program under a path, and its libraries where the machine has them. */
export async function copyProgram(root: string, program: string, path: string): Promise<void> {
  const files = [[program, path], ...(await sharedLibraries(program)).map((library) => [library, library])] as const
  for (const [from = '', to = ''] of files) {
    await mkdir(dirname(join(root, to)), { recursive: true })
    await copyFile(from, join(root, to))
    await chmod(join(root, to), 0o755)
  }
}
