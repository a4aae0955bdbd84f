// What `.ci/run` does. Each suite closes with `N passed, N failed, N skipped`; the last line here is their sum.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { failedTests } from './failed-tests.mjs'
import { installPackages } from './install-packages.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

const bothServers = { CONFORMANCE: 'devcluster,kubernetes' }

/** What each leg proves that the others do not. */
const legs = [
  // On a fresh machine, with nothing prepared: this one also installs.
  { name: 'test', command: ['npm', 'test'] },
  { name: 'check', command: ['npm', 'run', 'check'] },
  // The same expectations on a real API server and a real kubelet; kubectl and the Python client against both. Builds
  // Kubernetes unless it is cached.
  {
    name: 'kubernetes',
    prepare: installSystemPackages,
    command: ['npm', 'run', 'test:conformance'],
    env: bothServers,
  },
  // The invariants under 1,000 random schedules of faults, and that the suite sees it when a loop breaks one.
  { name: 'chaos', command: ['npm', 'run', 'test:chaos'], env: { RUNS: '1000' } },
  { name: 'chaos on the real server', command: ['npm', 'run', 'test:chaos', '--', '--real'], env: { RUNS: '50' } },
  { name: 'planted', command: ['npm', 'run', 'test:chaos', '--', '--planted'] },
  // Sizes that are too much for every run.
  {
    name: 'sizes',
    command: ['npm', 'run', 'test:unit', '--', 'launch-name.test.ts', 'old-runs.test.ts'],
    env: { NAME_PAIRS: '1000000', OLD_RUNS: 'all' },
  },
  // What nobody thought of: random operations, and random nonsense, sent to both servers.
  { name: 'differential', command: ['npm', 'run', 'test:differential'], env: bothServers },
  { name: 'fuzz', command: ['npm', 'run', 'test:fuzz'], env: bothServers },
]

/** Characters of what a leg said: its end, where its failures are. */
const KEPT = 500_000

const total = { passed: 0, failed: 0, skipped: 0 }
/** Said again at the end: whoever reads only that learns what to look at. */
const failures = []
for (const { name, prepare, command, env } of legs) {
  const started = Date.now()
  console.log(
    `\n=== ${name}: ${Object.entries(env ?? {})
      .map(([key, value]) => `${key}=${value} `)
      .join('')}${command.join(' ')}`,
  )
  await prepare?.()
  const { code, answer, output } = await run(command, env)
  const counted = [...answer.matchAll(/^(\d+) passed, (\d+) failed, (\d+) skipped$/gm)].at(-1)
  if (counted) {
    total.passed += Number(counted[1])
    total.failed += Number(counted[2])
    total.skipped += Number(counted[3])
  }
  // A leg without a count of its own is one test; one that failed without counting a failure still failed.
  if (!counted) total[code === 0 ? 'passed' : 'failed'] += 1
  else if (code !== 0 && counted[2] === '0') total.failed += 1
  if (code !== 0) failures.push(`failed in ${name}:`, ...failedTests(output).map((line) => `  ${line}`))
  console.log(
    `=== ${name}: ${code === 0 ? 'ok' : `failed (exit ${code})`} after ${Math.round((Date.now() - started) / 1000)} s`,
  )
}
if (failures.length > 0) console.log(`\n${failures.join('\n')}`)
console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1

/** What the kubelet's node is made of, and the clients need. Where it cannot be installed the suite says what is missing. */
async function installSystemPackages() {
  const { answer } = await run(['npm', 'run', '--silent', 'kubernetes', '--', 'packages'])
  const node = answer.split('\n').filter((line) => line !== '')
  const python = await run(['python3', '-c', 'import ensurepip, venv'])
  const diff = await run(['diff', '/dev/null', '/dev/null'])
  installPackages([
    ...node,
    ...(python.code === 0 ? [] : ['python3', 'python3-venv']),
    ...(diff.code === 0 ? [] : ['diffutils']),
  ])
}

/** What a command said: all of it in `output`, its standard output alone in `answer`. */
function run([file, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let answer = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      process.stdout.write(text)
      answer = (answer + text).slice(-KEPT)
      output = (output + text).slice(-KEPT)
    })
    // Which tests failed is said here.
    child.stderr.setEncoding('utf8').on('data', (text) => {
      process.stderr.write(text)
      output = (output + text).slice(-KEPT)
    })
    child.on('error', (error) => resolve({ code: 1, answer: '', output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, answer, output }))
  })
}
