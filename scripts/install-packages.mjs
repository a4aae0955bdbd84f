// Built-ins only, for whatever Node the machine has.
import { spawnSync } from 'node:child_process'

/**
 * Installs packages with Debian's apt-get, when this machine has it and we are root; says so in a line, and what apt-get
 * said only when it fails. A service that comes with one of them is left to the machine: where an init runs, Debian starts
 * it, and nothing of ours uses it.
 *
 * @param {readonly string[]} names
 * @returns {boolean} whether they are installed
 */
export function installPackages(names) {
  if (names.length === 0) return true
  const list = names.join(' ')
  if (process.getuid?.() !== 0 || aptGet(['--version']).status !== 0) {
    console.log(`missing system packages: apt-get install ${list}`)
    return false
  }
  console.log(`installing system packages: ${list}`)
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', ...names]]) {
    const { status, stdout, stderr } = aptGet(['--quiet=2', ...args])
    if (status === 0) continue
    const end = `${stdout}${stderr}`.trimEnd().split('\n').slice(-15).join('\n')
    console.log(`apt-get ${args.join(' ')} failed:\n${end}`)
    return false
  }
  return true
}

function aptGet(args) {
  return spawnSync('apt-get', args, { encoding: 'utf8', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } })
}
