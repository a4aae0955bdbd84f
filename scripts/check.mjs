// `npm run check`: types, lint and format, unused code, and the shape of the published packages. Runs all of them, then
// fails if one did, so that one run shows everything.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const checks = [
  ['tsc', ['--noEmit', '-p', '.']],
  ['node', ['scripts/build.ts']],
  ['biome', ['check', '.']],
  ['knip', []],
  ['publint', ['packages/executor']],
  ['publint', ['packages/devcluster']],
  ['publint', ['packages/workflows']],
]

const failed = checks.filter(([command, args]) => {
  console.log(`> ${command} ${args.join(' ')}`)
  const program = command === 'node' ? process.execPath : `node_modules/.bin/${command}`
  return spawnSync(program, args, { cwd: root, stdio: 'inherit' }).status !== 0
})
if (failed.length > 0) {
  console.log(`check: ${failed.length} of ${checks.length} failed: ${failed.map(([name]) => name).join(', ')}`)
  process.exitCode = 1
}
