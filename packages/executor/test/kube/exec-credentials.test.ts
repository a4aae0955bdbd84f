import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { execCredentials } from '../../src/kube/exec-credentials.ts'
import type { ExecPlugin } from '../../src/kube/exec-plugin.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import { silentLogger } from '../../src/logger.ts'
import { makeCertificates } from '../support/certificates.ts'
import { base64, kubeconfigText } from '../support/kubeconfig-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const V1 = 'client.authentication.k8s.io/v1'
let folder: ReturnType<typeof temporaryFolder>
let clock: FakeClock
let runs: string

beforeEach(() => {
  folder = temporaryFolder()
  clock = new FakeClock()
  runs = join(folder.path, 'runs')
})
afterEach(() => folder[Symbol.dispose]())

/** A plugin that notes each run, and then does as the program says. `run` is the number of its run. */
function plugin(program: string, more: Partial<ExecPlugin> = {}): ExecPlugin {
  const file = join(folder.path, 'plugin.cjs')
  writeFileSync(
    file,
    `const fs = require('node:fs')
    fs.appendFileSync(${JSON.stringify(runs)}, process.pid + '\\n')
    const run = fs.readFileSync(${JSON.stringify(runs)}, 'utf8').trim().split('\\n').length
    const print = (status, apiVersion = ${JSON.stringify(V1)}) =>
      console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion, status }))
    ${program}`,
  )
  return { apiVersion: V1, command: process.execPath, args: [file], env: {}, ...more }
}

function open(executed: ExecPlugin) {
  return execCredentials(executed).open({ clock, logger: silentLogger })
}

function runCount(): number {
  return existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n').length : 0
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('execCredentials', () => {
  it('runs the plugin once for all who wait, and not again while its credentials hold', async () => {
    const credentials = open(plugin(`print({ token: 'token-' + run })`))
    const all = await Promise.all(Array.from({ length: 20 }, () => credentials.present()))
    expect(new Set(all.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer token-1']))
    await clock.advance(24 * 3_600_000)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-1' })
    expect(runCount()).toBe(1)
  })

  it('renews a minute before the end, beside the requests, which get the old ones meanwhile', async () => {
    const end = (minutes: number) => new Date(clock.now() + minutes * 60_000).toISOString()
    const ends = [end(10), end(60)]
    const credentials = open(
      plugin(`print({ token: 'token-' + run, expirationTimestamp: ${JSON.stringify(ends)}[run - 1] })`),
    )
    await credentials.present()
    await clock.advance(9 * 60_000 - 1)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-1' })
    expect(runCount()).toBe(1)
    await clock.advance(1)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-1' })
    await eventually(async () => (await credentials.present()).authorization === 'Bearer token-2')
    expect(runCount()).toBe(2)
  })

  it('waits for new credentials when the old ones have ended', async () => {
    const expirationTimestamp = new Date(clock.now() + 30_000).toISOString()
    const credentials = open(
      plugin(`print({ token: 'token-' + run, expirationTimestamp: run === 1 ? '${expirationTimestamp}' : undefined })`),
    )
    await credentials.present()
    await clock.advance(30_000)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-2' })
  })

  it('uses the old credentials to their end when they cannot be renewed, and asks the plugin every 10 s', async () => {
    const expirationTimestamp = new Date(clock.now() + 600_000).toISOString()
    const program = `run === 1 ? print({ token: 'token-1', expirationTimestamp: '${expirationTimestamp}' }) : process.exit(1)`
    const warnings: string[] = []
    const logger = { ...silentLogger, warn: (message: string) => warnings.push(message) }
    const credentials = execCredentials(plugin(program)).open({ clock, logger })
    await credentials.present()

    await clock.advance(540_000)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-1' })
    await eventually(() => warnings.length === 1)
    await clock.advance(9_999)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-1' })
    expect(runCount()).toBe(2)
    await clock.advance(1)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-1' })
    await eventually(() => warnings.length === 2)
    expect(runCount()).toBe(3)

    await clock.advance(50_000)
    await expect(credentials.present()).rejects.toThrow(/exit code 1/)
  })

  it('runs again after a 401, once for all who heard it', async () => {
    const credentials = open(plugin(`print({ token: 'token-' + run })`))
    const presented = await credentials.present()
    expect(credentials.refused(presented)).toBe(true)
    const renewed = credentials.present()
    expect(credentials.refused(presented)).toBe(true)
    expect(await renewed).toEqual({ authorization: 'Bearer token-2' })
    expect(credentials.refused(presented)).toBe(true)
    expect(await credentials.present()).toEqual({ authorization: 'Bearer token-2' })
    expect(runCount()).toBe(2)
  })

  it('gives the same object for the same certificate', async () => {
    const alice = await (await makeCertificates()).client('alice')
    const status = { clientCertificateData: alice.cert, clientKeyData: alice.key }
    const credentials = open(plugin(`print(${JSON.stringify(status)})`))
    const first = await credentials.present()
    expect(first.clientCertificate).toEqual({ certificate: alice.cert, key: alice.key })
    credentials.refused(first)
    expect((await credentials.present()).clientCertificate).toBe(first.clientCertificate)
    expect(runCount()).toBe(2)
  })

  it.each([
    [`console.error('please log in'); process.exit(3)`, /failed: it ended with exit code 3; it said: please log in$/],
    [`process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000)`, /failed: it was ended by SIGTERM$/],
    [`console.log('token: very-secret')`, /failed: it printed no JSON$/],
    [`console.log('null')`, /failed: it printed no ExecCredential$/],
    [`print({})`, /failed: it gave neither a token nor a certificate$/],
    [`print({ clientKeyData: 'very-secret' })`, /only one of clientCertificateData and clientKeyData$/],
    [`print({ clientKeyData: 'very-secret', clientCertificateData: 'x' })`, /cannot be used together$/],
    [
      `print({ token: 'very-secret' }, 'client.authentication.k8s.io/v1beta1')`,
      /speaks client.authentication.k8s.io\/v1beta1, but the kubeconfig asks for client.authentication.k8s.io\/v1$/,
    ],
    [
      `print({ token: 'very-secret', expirationTimestamp: 'tomorrow' })`,
      /its expirationTimestamp is no date: tomorrow$/,
    ],
    [`process.stdout.write('x'.repeat(2 ** 21)); setTimeout(() => {}, 60_000)`, /printed more than 1048576 bytes$/],
  ])('says what went wrong, and no secret: %s', async (program, message) => {
    const presented = Promise.resolve(open(plugin(program)).present())
    const error = await presented.then(String, (thrown: Error) => thrown.message)
    expect(error).toMatch(message)
    expect(error).not.toContain('very-secret')
  })

  it('says how to get a command that is not there', async () => {
    const missing = { command: '/nowhere/aws', args: [], installHint: 'install the AWS CLI' }
    await expect(open(plugin('', missing)).present()).rejects.toThrow(
      'the credential plugin /nowhere/aws failed: the command is not there: install the AWS CLI',
    )
  })

  it('ends a plugin, and what it started, that does not answer within a minute', async () => {
    const pids = join(folder.path, 'grandchild')
    const credentials = open(
      plugin(
        `const { pid } = require('node:child_process').spawn('sleep', ['600'])
      fs.writeFileSync(${JSON.stringify(pids)}, String(pid)); setTimeout(() => {}, 600_000)`,
        {
          env: { PATH: process.env.PATH },
        },
      ),
    )
    const presented = Promise.resolve(credentials.present()).catch((error: Error) => error.message)
    const grandchild = await eventually(() => (existsSync(pids) ? Number(readFileSync(pids, 'utf8')) : 0))
    await clock.advance(60_000)
    expect(await presented).toMatch(/failed: it did not end within 60 s$/)
    await eventually(() => !isAlive(grandchild))
    expect(clock.pendingCount).toBe(0)
  })

  it('ends the plugin on close', async () => {
    const credentials = open(plugin(`setTimeout(() => {}, 600_000)`))
    const presented = Promise.resolve(credentials.present()).catch((error: Error) => error.message)
    await eventually(() => runCount() === 1)
    credentials.close()
    expect(await presented).toMatch(/the client is closed$/)
    await eventually(() => !isAlive(Number(readFileSync(runs, 'utf8'))))
    expect(clock.pendingCount).toBe(0)
  })
})

describe('the exec section of a kubeconfig', () => {
  it('gives the plugin its arguments, environment and cluster, and never a shell', async () => {
    const seen = join(folder.path, 'seen')
    const { authority } = await makeCertificates()
    writeFileSync(
      join(folder.path, 'login'),
      `#!${process.execPath}
      const { A, B, PATH, KUBERNETES_EXEC_INFO } = process.env
      const report = { args: process.argv.slice(2), A, B, PATH, info: JSON.parse(KUBERNETES_EXEC_INFO) }
      require('node:fs').writeFileSync(${JSON.stringify(seen)}, JSON.stringify(report))
      const status = { token: 't' }
      console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1beta1', status }))`,
    )
    chmodSync(join(folder.path, 'login'), 0o755)
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command: './login',
      args: ['$(touch never)', 'a b', '; exit 1'],
      env: [{ name: 'B', value: 'from kubeconfig' }],
      provideClusterInfo: true,
    }
    const extensions = [{ name: 'client.authentication.k8s.io/exec', extension: { audience: 7, on: true } }]
    const cluster = { server: 'https://1.2.3.4', 'certificate-authority-data': base64(authority.cert), extensions }
    const kubeconfigPath = join(folder.path, 'config')
    writeFileSync(kubeconfigPath, kubeconfigText(cluster, { exec }))
    const { credentials } = await loadKubeConfig({ kubeconfigPath, env: { A: 'mine', B: 'mine', PATH: '/bin' } })
    const opened = credentials.open({ clock, logger: silentLogger })
    expect(await opened.present()).toEqual({ authorization: 'Bearer t' })
    expect(JSON.parse(readFileSync(seen, 'utf8'))).toEqual({
      args: exec.args,
      A: 'mine',
      B: 'from kubeconfig',
      PATH: '/bin',
      info: {
        kind: 'ExecCredential',
        apiVersion: exec.apiVersion,
        spec: {
          interactive: false,
          cluster: {
            server: 'https://1.2.3.4',
            'certificate-authority-data': base64(authority.cert),
            config: { audience: 7, on: true },
          },
        },
      },
    })
  })
})
