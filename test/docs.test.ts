import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DevClusterOptions, type Faults, startDevCluster } from '@davit/devcluster'
import { afterAll, describe, expect, it } from 'vitest'
import { gapLines, gapsPage, withGapsSection } from './support/devcluster-gaps-page.ts'
import { eventually } from './support/eventually.ts'
import { codesIn, tablesOf } from './support/markdown-tables.ts'
import { RawApi } from './support/raw-api.ts'
import { runDavit } from './support/run-davit.ts'
import { startProgram } from './support/run-program.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts

const folder = mkdtempSync(join(tmpdir(), 'davit-docs-'))
/** Programs that find the packages. */
const programs = join(folder, 'programs')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the pages', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    ...pagesUnder('docs'),
    ...pagesUnder('packages'),
  ]

  it.each(pages)('%s links only to what exists', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)].map(([, target = '']) => target)
    const missing = links.filter((target) => !exists(join(page, '..', target)))
    expect(missing).toEqual([])
  })

  it('have TypeScript that compiles', async () => {
    const blocks = pages.flatMap((page) => [...read(page).matchAll(/```ts\n([\s\S]*?)```/g)])
    expect(blocks.length).toBeGreaterThan(3)
    for (const [index, [, text]] of blocks.entries()) writeProgram(`compiled/${index}.ts`, text ?? '')
    const project = { extends: join(root, 'tsconfig.json'), include: ['*.ts'] }
    writeProgram('compiled/tsconfig.json', JSON.stringify(project))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const { output, ended } = startProgram([tsc, '-p', join(programs, 'compiled')])
    expect([await ended, output()]).toEqual([0, ''])
  })

  it.each(['README.md', 'CONTRIBUTING.md'])('%s names only npm scripts that exist', (page) => {
    const named = [...read(page).matchAll(/npm (?:run ([\w:]+)|(test))/g)].map(
      ([, script, test]) => script ?? test ?? '',
    )
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((script) => !(script in scripts))).toEqual([])
  })
})

describe('what the dev cluster lacks', () => {
  it('is at most 15 lines', () => {
    expect(gapLines().length).toBeLessThanOrEqual(15)
  })

  it('is on its page and in its README what the suite has: npm run generate:gaps', () => {
    expect(read('docs/devcluster-gaps.md')).toBe(gapsPage())
    const readme = read('packages/devcluster/README.md')
    expect(readme).toBe(withGapsSection(readme))
  })
})

describe('the command line', () => {
  const page = read('docs/reference/cli.md')
  const documented = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split('`')[1]?.replace(/^davit | FILE$/g, '') ?? '', section]),
  )

  it('has the commands that its page names, and no others', async () => {
    const { stdout } = await runDavit(['--help'])
    const groups = [...stdout.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
    expect(new Set([...documented.keys()].map((name) => name.split(' ')[0]))).toEqual(new Set(groups))
  })

  it.each(['run', 'pods render', 'pods list', 'pods cleanup', 'doctor', 'devcluster'])(
    'davit %s has the options that its page names, and no others',
    async (command) => {
      const { stdout, exitCode } = await runDavit([...command.split(' '), '--help'])
      expect(exitCode).toBe(0)
      const offered = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[\w-]+(?: <[^>]+>)?)/gm)]
        .map(([, flags]) => flags)
        .filter((flags) => flags !== '--help')
      const named = [...(documented.get(command) ?? '').matchAll(/^\| `(--[^`]+)`/gm)].map(([, flags]) => flags)
      expect(named).toEqual(offered)
    },
  )
})

describe('the README', () => {
  it("'s program runs, with the command below it", async () => {
    const program = /```ts\n(\/\/ sales\.ts\n[\s\S]*?)```/.exec(read('README.md'))?.[1] ?? ''
    const [, ...args] = /npx davit (run sales\.ts .*)/.exec(read('README.md')) ?? []
    writeFileSync(join(folder, 'sales.ts'), program)
    const { json, exitCode, stderr } = await runDavit([...(args[0] ?? '').split(' '), '--json'], { cwd: folder })
    expect([exitCode, json.state], stderr).toEqual([0, 'success'])
    expect(json.tasks.find(({ taskId }) => taskId === 'sum')?.result).toBe(12)
    const report = json.tasks.find(({ taskId }) => taskId === 'report')
    expect(readFileSync(report?.logPath ?? '', 'utf8')).toContain('12 rows in US')
  })
})

describe('packages/workflows/README.md', () => {
  const page = read('packages/workflows/README.md')

  it("'s TypeScript runs", async () => {
    writeFileSync(join(folder, 'doubled.ts'), /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const { json, exitCode, stderr } = await runDavit(['run', 'doubled.ts', '--param', 'region=US', '--json'], {
      cwd: folder,
    })
    expect(exitCode, stderr).toBe(0)
    const results = json.tasks.map(({ taskId, result }) => [taskId, result])
    expect(results).toEqual([
      ['extract', { region: 'US', rows: [3, 4, 5] }],
      ['double', 2],
      ['double', 4],
      ['double', 6],
      ['report', { first: 3 }],
    ])
  })

  it("'s YAML runs", async () => {
    writeFileSync(join(folder, 'words.yaml'), /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const { json, exitCode, stderr } = await runDavit(['run', 'words.yaml', '--json'], { cwd: folder })
    expect(exitCode, stderr).toBe(0)
    expect(json.tasks.find(({ taskId }) => taskId === 'count')?.result).toBe(6)
    const say = json.tasks.find(({ taskId }) => taskId === 'say')
    expect(readFileSync(say?.logPath ?? '', 'utf8')).toContain('6 words')
  })
})

describe('packages/executor/README.md', () => {
  const page = read('packages/executor/README.md')

  it("'s program runs a task and ends at SIGTERM", async () => {
    await using cluster = await startDevCluster({ runtime: 'process' })
    using api = new RawApi(cluster.kubeconfig)
    const program = writeProgram('executor.ts', /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? '')
    const namespace = /namespace: '(\w+)'/.exec(page)?.[1] ?? ''
    await api.post('/api/v1/namespaces', { metadata: { name: namespace } })

    const { child, output, ended } = startProgram([program], { env: { KUBECONFIG: cluster.kubeconfigPath } })
    try {
      await eventually(() => output().includes('extract success'), { withinMs: 20_000 })
      child.kill('SIGTERM')
      expect([await ended, output()]).toEqual([
        0,
        expect.stringMatching(/^(extract running .*\n)?extract success null undefined undefined\n$/),
      ])
    } finally {
      child.kill('SIGKILL')
    }
  })

  it('has every failure class, with the budget that it is charged to', () => {
    const rows = tablesOf('packages/executor/README.md').get('What comes back') ?? []
    const charged = rows.map((row) => [
      codesIn(row.class).toSorted(),
      /infrastructureRetries/.test(row['charged to'] ?? ''),
    ])
    expect(charged).toEqual([
      [['capacity', 'config', 'deadline', 'oom', 'unknown', 'user'], false],
      [['disruption', 'infrastructure'], true],
    ])
  })
})

describe('packages/devcluster/README.md', () => {
  const page = read('packages/devcluster/README.md')

  it("'s tests pass as they stand", async () => {
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text)
    expect(blocks.map((text) => text.split('\n').length - 1)).toEqual([19, expect.any(Number)])
    for (const [index, text] of blocks.entries()) writeProgram(`readme/${index}.test.ts`, text)
    const config = writeProgram(
      'readme/vitest.config.ts',
      `const conditions = ['davit-source', 'node', 'import', 'default']
export default {
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: { include: ['*.test.ts'], pool: 'forks', execArgv: ['--conditions=davit-source'] },
}`,
    )
    const vitest = join(root, 'node_modules/vitest/vitest.mjs')
    const args = [vitest, 'run', '--root', join(programs, 'readme'), '--config', config]
    const { output, ended } = startProgram(args, { env: { NO_COLOR: '1' } })
    expect(await ended, output()).toBe(0)
    expect(output()).toMatch(/Tests.* 3 passed \(3\)/)
  })

  it('has every fault and every option, and no other', () => {
    // The compiler holds these to the interfaces.
    const faults: Readonly<Record<keyof Faults, null>> = {
      refuse: null,
      delay: null,
      loseAnswers: null,
      dropRequests: null,
      dropWatches: null,
      stallWatches: null,
      compact: null,
      closeConnections: null,
      evict: null,
      killContainer: null,
      setNodeReady: null,
    }
    const options: Readonly<Record<keyof DevClusterOptions, null>> = {
      runtime: null,
      clock: null,
      random: null,
      port: null,
      strictPort: null,
      folder: null,
      kubeconfigPath: null,
      nodeName: null,
      nodeLabels: null,
      allocatable: null,
      onInternalError: null,
    }
    const rows = tablesOf('packages/devcluster/README.md').get('Faults') ?? []
    const named = rows.flatMap(({ fault }) => codesIn(fault)).map((call) => call.replace(/\(.*/, ''))
    expect(new Set(named)).toEqual(new Set(Object.keys(faults)))
    const listed = /`startDevCluster\(\{ (.*?) \}\)`/.exec(page)?.[1]?.replaceAll('?', '').split(', ')
    expect(listed?.sort()).toEqual(Object.keys(options).sort())
  })
})

describe('the examples', () => {
  it('run-one-pod runs one pod, and leaves nothing running', async () => {
    const { output, ended } = startProgram(['examples/run-one-pod.ts'])
    expect(await ended, output()).toBe(0)
    expect(output()).toMatch(/^pod example-hello-[a-z0-9]{8}: success\nhello from a pod\n$/)
  })

  it('yaml-containers counts the longest word', async () => {
    const { json, exitCode, stderr } = await runDavit(['run', 'examples/yaml-containers/words.yaml', '--json'])
    expect(exitCode, stderr).toBe(0)
    expect(json.tasks.filter(({ taskId }) => taskId === 'length').map(({ result }) => result)).toEqual([
      3, 5, 5, 3, 5, 4, 3, 4, 3,
    ])
    expect(json.tasks.find(({ taskId }) => taskId === 'longest')?.result).toBe(5)
  })

  it('pod-template merges the override by name', async () => {
    const { json, exitCode, stderr } = await runDavit(['run', 'examples/pod-template/region.ts', '--json'])
    expect(exitCode, stderr).toBe(0)
    expect(json.tasks.map(({ result }) => result)).toEqual([{ region: 'eu' }, { was: 'eu', is: 'us' }])
  })
})

/** Writes a program that finds the packages, and returns its path. */
function writeProgram(name: string, text: string): string {
  mkdirSync(dirname(join(programs, name)), { recursive: true })
  const modules = join(programs, 'node_modules')
  if (!existsSync(modules)) symlinkSync(join(root, 'node_modules'), modules)
  // The packages are ES modules, and so are programs of theirs.
  writeFileSync(join(programs, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(programs, name), text)
  return join(programs, name)
}

function pagesUnder(top: string): string[] {
  return readdirSync(join(root, top), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    .map((file) => join(top, file))
}

function exists(path: string): boolean {
  try {
    readdirSync(join(root, path))
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR'
  }
}
