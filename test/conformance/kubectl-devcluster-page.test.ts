import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { builtKubectl } from '../kubernetes/kubectl.ts'
import { eventually } from '../support/eventually.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const davit = fileURLToPath(new URL('../../packages/workflows/bin/davit.js', import.meta.url))
const page = await readFile(new URL('../../packages/devcluster/README.md', import.meta.url), 'utf8')

it('davit devcluster: the commands of packages/devcluster/README.md run, by hand in two terminals', async () => {
  const [inOne = '', inAnother = ''] = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text = '']) => text)
  expect(inOne).toMatch(/^npx davit devcluster /)
  const kubectl = (await builtKubectl()).map((part) => `'${part}'`).join(' ')
  await using folder = await temporaryFolder()
  await folder.write('kubectl', `#!/bin/sh\nexec ${kubectl} "$@"\n`, 0o700)
  const cwd = folder.path
  const env = { PATH: [cwd, process.env.PATH].join(delimiter), HOME: cwd }

  const options = inOne.split('#')[0]?.trim().split(' ').slice(2) ?? []
  const cluster = spawn(process.execPath, [davit, ...options], { cwd, stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    await eventually(() => readFile(join(cwd, 'dev.kubeconfig'), 'utf8'))
    const { stdout } = await promisify(execFile)('sh', ['-ec', inAnother], { cwd, env, timeout: 30_000 })
    expect(stdout).toBe('pod/hello created\npod/hello condition met\nhello from a pod\n')
  } finally {
    const ended = once(cluster, 'exit')
    cluster.kill('SIGINT')
    await ended
  }
})
