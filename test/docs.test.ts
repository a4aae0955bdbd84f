import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { runDavit } from './support/run-davit.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts

const folder = mkdtempSync(join(tmpdir(), 'davit-docs-'))
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

  it.each(['README.md', 'CONTRIBUTING.md'])('%s names only npm scripts that exist', (page) => {
    const named = [...read(page).matchAll(/npm (?:run ([\w:]+)|(test))/g)].map(
      ([, script, test]) => script ?? test ?? '',
    )
    expect(named.length).toBeGreaterThan(1)
    expect(named.filter((script) => !(script in scripts))).toEqual([])
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

  it.each(['run', 'pods render', 'devcluster'])(
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

describe('the examples', () => {
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
