import { describe, expect, it } from 'vitest'
import { checkRunOptions, isoWithOffset } from '../../src/run/run-options.ts'

const now = { nowMs: Date.parse('2026-03-01T12:00:00.250Z'), cwd: '/somewhere', env: {} }

describe('the options of davit run', () => {
  it('are complete without any', () => {
    expect(checkRunOptions({}, now)).toEqual({
      problems: [],
      options: {
        params: [],
        logicalDate: '2026-03-01T12:00:00.250000+00:00',
        taskConcurrency: 32,
        database: ':memory:',
        cluster: { connection: null, config: { podTemplateFile: '' } },
        taskApi: {},
      },
    })
  })

  it.each([
    ['2026-01-31', '2026-01-31T00:00:00+00:00'],
    ['2026-01-31T06:00:00+01:00', '2026-01-31T05:00:00+00:00'],
    ['2026-01-31 06:30', '2026-01-31T06:30:00+00:00'],
    ['2026-01-31T06:00:00.5Z', '2026-01-31T06:00:00.500000+00:00'],
  ])('reads the date %s', (text, iso) => {
    expect(checkRunOptions({ logicalDate: text }, now).options.logicalDate).toBe(iso)
  })

  it('names every wrong option at once', () => {
    const { problems } = checkRunOptions(
      { logicalDate: '2026-02-31', taskConcurrency: '0', taskApiListen: 'nowhere', taskApiUrl: 'ftp://x' },
      now,
    )
    expect(problems.map(({ path }) => path)).toEqual([
      '--logical-date',
      '--task-concurrency',
      '--task-api-listen',
      '--task-api-url',
    ])
    expect(problems.every(({ hint }) => hint !== undefined)).toBe(true)
  })

  it.each(['yesterday', '2026-13-01', '2026-01-31T25:00', '31.01.2026', ''])('refuses the date "%s"', (text) => {
    expect(checkRunOptions({ logicalDate: text }, now).problems).toHaveLength(1)
  })

  it('resolves a database file, and knows what is none', () => {
    expect(checkRunOptions({ database: 'runs.db' }, now).options.database).toBe('/somewhere/runs.db')
    const [problem] = checkRunOptions({ database: 'postgres://me:secret@host/runs' }, now).problems
    expect(problem).toMatchObject({ path: '--database', message: expect.stringContaining('PostgreSQL') })
    expect(JSON.stringify(problem)).not.toContain('secret')
  })

  it('has the outcome finalizer only with a store that outlives the run', () => {
    const env = { AIRFLOW__KUBERNETES_EXECUTOR__OUTCOME_FINALIZER: 'True' }
    expect(checkRunOptions({}, { ...now, env }).problems).toEqual([
      {
        file: null,
        path: 'AIRFLOW__KUBERNETES_EXECUTOR__OUTCOME_FINALIZER',
        message: 'needs a store that outlives the run',
        hint: 'name one: --database FILE',
      },
    ])
    expect(checkRunOptions({ database: 'runs.db' }, { ...now, env }).problems).toEqual([])
  })

  it('resolves a pod template', () => {
    expect(checkRunOptions({ podTemplateFile: 'pod.yaml' }, now).options.cluster.config.podTemplateFile).toBe(
      '/somewhere/pod.yaml',
    )
  })

  it('takes a context alone as a wish for a real cluster', () => {
    expect(checkRunOptions({ context: 'prod' }, now).options.cluster.connection?.kubeConfig).toEqual({
      context: 'prod',
    })
  })
})

it('prints whole seconds without a fraction, as Airflow does', () => {
  expect(isoWithOffset(Date.parse('2026-01-01T00:00:00Z'))).toBe('2026-01-01T00:00:00+00:00')
})
