// `npm run build`: what is published. From nothing, so that no file of an earlier build is published too.
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { bundleExecutor } from './bundle-executor.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const packages = ['packages/executor', 'packages/devcluster', 'packages/workflows']

for (const folder of packages) rmSync(`${root}${folder}/dist`, { recursive: true, force: true })
const { status } = spawnSync('node_modules/.bin/tsc', ['-b', '--force', ...packages], { cwd: root, stdio: 'inherit' })
if (status === 0) await bundleExecutor(`${root}packages/executor/dist/index.js`)
else process.exitCode = 1
