import { generate } from 'selfsigned'
import { describe, expect, it } from 'vitest'
import { clockFindings } from '../../src/doctor/clock-findings.ts'
import { connectionFindings } from '../../src/doctor/connection-findings.ts'
import { credentialFindings } from '../../src/doctor/credential-findings.ts'
import { databaseFindings } from '../../src/doctor/database-findings.ts'
import { ok, problem } from '../../src/doctor/finding.ts'
import { reportText } from '../../src/doctor/report-text.ts'
import { versionFindings } from '../../src/doctor/version-findings.ts'
import { tempFolder } from '../support/temp-folder.ts'

const nowMs = Date.parse('2026-03-01T12:00:00Z')

describe('the clocks', () => {
  it.each([
    [0, 'ok', 'our clock and the server’s agree'],
    [4_000, 'ok', 'our clock and the server’s agree'],
    [30_000, 'warning', 'our clock is 30 s behind the server’s'],
    [-31_000, 'warning', 'our clock is 30 s ahead of the server’s'],
    [120_000, 'problem', 'our clock is 120 s behind the server’s'],
  ])('are compared to the second: %d ms', (skew, level, what) => {
    const [finding] = clockFindings({ serverMs: nowMs + skew, askedAtMs: nowMs, answeredAtMs: nowMs })
    expect(finding).toMatchObject({ level, what })
  })

  it('are not blamed for a slow answer', () => {
    const [finding] = clockFindings({ serverMs: nowMs, askedAtMs: nowMs, answeredAtMs: nowMs + 20_000 })
    expect(finding?.level).toBe('ok')
  })

  it('cannot be compared without a date', () => {
    expect(clockFindings(null)[0]).toMatchObject({ level: 'warning', check: 'clock' })
  })
})

describe('the version', () => {
  it.each([
    ['1', '36', 'ok', 'Kubernetes v1.36.0'],
    ['1', '27+', 'ok', 'Kubernetes v1.27+.0'],
    ['1', '26', 'problem', 'Kubernetes v1.26.0 is older than 1.27'],
    ['1', '40', 'ok', 'Kubernetes v1.40.0, newer than 1.36, which davit is tested with'],
  ])('%s.%s', (major, minor, level, what) => {
    const [finding] = versionFindings({ value: { gitVersion: `v${major}.${minor}.0`, major, minor } })
    expect(finding).toMatchObject({ level, what })
  })
})

describe('credentials', () => {
  const token = (exp: unknown) =>
    `Bearer e30.${Buffer.from(JSON.stringify({ exp, sub: 'me' })).toString('base64url')}.c2lnbmF0dXJl`

  it.each([
    [nowMs / 1000 + 60, 'ok', 'our token lasts until 2026-03-01T12:01:00Z'],
    [nowMs / 1000 - 60, 'problem', 'our token ended at 2026-03-01T11:59:00Z'],
  ])('tell when a token ends, and not what it is', (exp, level, what) => {
    const authorization = token(exp)
    const found = credentialFindings({ presented: { authorization } }, nowMs)
    expect(found).toEqual([expect.objectContaining({ level, what })])
    expect(JSON.stringify(found)).not.toContain('c2lnbmF0dXJl')
  })

  it('say nothing of tokens that do not tell', () => {
    for (const authorization of ['Bearer opaque', 'Basic YTpi', token('soon'), 'Bearer a.b.c']) {
      expect(credentialFindings({ presented: { authorization } }, nowMs)).toEqual([])
    }
  })

  it.each([
    [-1, 'problem', 'our client certificate ended on'],
    [5, 'warning', 'our client certificate ends on'],
    [90, 'ok', 'our client certificate lasts until'],
  ])('tell when a client certificate ends: in %d days', async (days, level, what) => {
    const day = 86_400_000
    const made = await generate([{ name: 'commonName', value: 'me' }], {
      keyType: 'ec',
      curve: 'P-256',
      algorithm: 'sha256',
      notBeforeDate: new Date(nowMs - 30 * day),
      notAfterDate: new Date(nowMs + days * day),
    })
    const clientCertificate = { certificate: made.cert, key: made.private }
    const found = credentialFindings({ presented: { clientCertificate } }, nowMs)
    expect(found).toEqual([expect.objectContaining({ level, what: expect.stringContaining(what) })])
  })

  it('are a problem when they cannot be had, and a warning when there are none', () => {
    expect(credentialFindings({ failure: 'the plugin failed' }, nowMs)[0]).toMatchObject({ level: 'problem' })
    expect(credentialFindings({ presented: {} }, nowMs)[0]).toMatchObject({ level: 'warning' })
  })
})

describe('a proxy', () => {
  const cluster = { server: 'https://k8s.example:6443', insecureSkipTlsVerify: false }
  const reach = { host: 'k8s.example', port: 6443, isTls: true, certificate: null, time: null }
  const failure = { step: 'tcp', code: 'ETIMEDOUT', message: 'nothing came within 5 s' } as const
  const levels = (env: Readonly<Record<string, string>>, failed: typeof failure | null) =>
    connectionFindings({ reach: { ...reach, failure: failed }, cluster, env, nowMs })
      .filter(({ check }) => check === 'proxy')
      .map(({ level }) => level)

  it('is spoken of where it is set and does not except the server', () => {
    expect(levels({ HTTPS_PROXY: 'http://p' }, failure)).toEqual(['warning'])
    expect(levels({ HTTPS_PROXY: 'http://p' }, null)).toEqual(['ok'])
    expect(levels({ HTTPS_PROXY: 'http://p', NO_PROXY: 'a.b, .example' }, failure)).toEqual([])
    expect(levels({ HTTP_PROXY: 'http://p' }, failure)).toEqual([])
  })
})

describe('a database', () => {
  it('is looked at without being touched', async () => {
    const folder = tempFolder({ 'text.txt': 'no database, and long enough not to be taken for an empty one' })
    expect(await databaseFindings(`${folder}/new.db`)).toMatchObject([
      { level: 'ok', what: `${folder}/new.db will be made by the first run` },
    ])
    expect(await databaseFindings(`${folder}/text.txt`)).toMatchObject([
      { level: 'problem', what: expect.stringContaining('is not a SQLite database') },
    ])
    expect(await databaseFindings(`${folder}/nowhere/new.db`)).toMatchObject([{ level: 'problem' }])
    expect(await databaseFindings(':memory:')).toMatchObject([{ level: 'ok' }])
  })
})

it('prints what matters and what to do below what is not well, and the sum', () => {
  const findings = [
    ok('address', 'it answers'),
    problem('namespace', { what: 'there is none', why: 'nothing runs', todo: 'make it' }, 'a'),
  ]
  expect(reportText(findings)).toBe(
    [
      'ok       address    it answers',
      'problem  namespace  there is none',
      '                    why: nothing runs',
      '                    do:  make it',
      '',
      '1 problem, 0 warnings',
      '',
    ].join('\n'),
  )
})
