import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import * as source from '@davit/executor'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundleExecutor } from '../bundle-executor.ts'

// Inside the checkout, where its dependencies are found.
const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
let folder: string
let bundle: string

beforeAll(async () => {
  await mkdir(cache, { recursive: true })
  folder = await mkdtemp(join(cache, 'bundle-executor-'))
  bundle = pathToFileURL(join(folder, 'index.js')).href
  await bundleExecutor(fileURLToPath(bundle))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('exports what the sources do', async () => {
  expect(Object.keys(await import(/* @vite-ignore */ bundle)).sort()).toEqual(Object.keys(source).sort())
})

it('loads one module of ours, and nothing that is dear and may never be used', async () => {
  const loaded = await loadedBy(`await import(${JSON.stringify(bundle)})`)
  const builtIn = loaded.filter((url) => url.startsWith('node:'))
  expect(loaded.filter((url) => !builtIn.includes(url)).map(packageOf)).toEqual([bundle, 'unidecode'])
  for (const dear of ['node:tls', 'node:net', 'node:http', 'node:https', 'node:http2'])
    expect(builtIn).not.toContain(dear)
})

it('loads the reader of YAML for a kubeconfig, and undici for a request', async () => {
  const kubeconfig = {
    'current-context': 'here',
    clusters: [{ name: 'here', cluster: { server: 'http://127.0.0.1:1' } }],
    contexts: [{ name: 'here', context: { cluster: 'here', user: 'me' } }],
    users: [{ name: 'me', user: {} }],
  }
  const loaded = await loadedBy(`
    const { createKubeClient, loadKubeConfig } = await import(${JSON.stringify(bundle)})
    const kube = createKubeClient(await loadKubeConfig({ kubeconfig: ${JSON.stringify(JSON.stringify(kubeconfig))} }))
    const { kind } = await kube.version().catch((error) => error)
    await kube.close()
    if (kind !== 'refused') throw new Error('the request to a closed port was ' + kind)
  `)
  expect(new Set(loaded.map(packageOf))).toEqual(
    new Set([bundle, 'unidecode', 'yaml', 'undici', ...loaded.filter((url) => url.startsWith('node:'))]),
  )
})

/** The URLs of all modules that a program has loaded, in a process of its own. */
async function loadedBy(program: string): Promise<readonly string[]> {
  const recorded = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ load: (url, context, next) => (loaded.push(url), next(url, context)) })
    ${program}
    console.log(JSON.stringify(loaded))
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', recorded])
  return JSON.parse(stdout)
}

/** The name of a module's package; the URL itself outside of packages. */
function packageOf(url: string): string {
  return url === bundle ? url : (/.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? url)
}
