import { execFile } from 'node:child_process'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { userEnvironment } from './user-environment.ts'

/** A folder of someone's own, with packages in it. */
export interface Project extends AsyncDisposable {
  readonly path: string
}

/**
 * A project into which npm has installed packages, as a user does it. It is outside of the checkout, in whose folders Node
 * would also find what a package does not declare.
 *
 * @param packages names with versions, or archives
 */
export async function installProject(packages: readonly string[], signal: AbortSignal): Promise<Project> {
  await using making = new AsyncDisposableStack()
  const { path } = making.use(await mkdtempDisposable(join(tmpdir(), 'davit-bench-project-')))
  await writeFile(join(path, 'package.json'), '{ "private": true, "type": "module" }\n')
  if (packages.length > 0) {
    const args = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...packages]
    await promisify(execFile)('npm', args, { cwd: path, env: userEnvironment(), signal })
  }
  const made = making.move()
  return { path, [Symbol.asyncDispose]: () => made.disposeAsync() }
}
