// Installs what the lockfile names, once for each content of the lockfile. Built-ins only: it runs before anything is
// installed, under whatever Node the machine has.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const stamp = join(root, 'node_modules', '.davit-setup')
const wanted = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex')

if (installedLock() !== wanted) {
  console.error('davit: installing dependencies (npm ci)')
  // The engine warnings of an older Node do not concern us: everything runs under the Node that comes with npm ci.
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    console.error(`davit: npm ci failed${error ? `: ${error.message}` : ''}; run it by hand to see why`)
    process.exit(1)
  }
  writeFileSync(stamp, wanted)
}

function installedLock() {
  try {
    return readFileSync(stamp, 'utf8')
  } catch {
    return undefined
  }
}
