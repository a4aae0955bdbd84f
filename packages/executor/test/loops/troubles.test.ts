import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { CreateTroubles } from '../../src/loops/launching/create-troubles.ts'
import { refusalOf } from '../../src/loops/launching/refusal.ts'
import { Troubles } from '../../src/loops/troubles.ts'
import { apiError, connectionError } from '../support/fake-pods.ts'
import { RecordedLogger } from '../support/recorded-logger.ts'
import { RecordedMetrics } from '../support/recorded-metrics.ts'

function build() {
  const logger = new RecordedLogger()
  const metrics = new RecordedMetrics()
  const clock = new FakeClock(1_000)
  const troubles = new Troubles({ logger, metrics, clock })
  const said = () => logger.lines.splice(0).map(({ message, fields }) => `${message}: ${fields.cause} ${fields.source}`)
  return { clock, troubles, said, metrics }
}

describe('Troubles', () => {
  it('are told once a cause, whoever suffers and however often, and once when they are over for all', async () => {
    const { clock, troubles, said, metrics } = build()
    for (let trial = 0; trial < 3; trial++) {
      troubles.report('watch of a', 'dns', { message: 'no address', nextTryAt: 5_000 + trial })
      troubles.report('creates', 'dns', { message: 'no address at all', nextTryAt: 4_000 + trial })
      await clock.advance(1_000)
    }
    expect(troubles.list()).toEqual([
      {
        cause: 'dns',
        message: 'no address at all',
        sources: ['watch of a', 'creates'],
        since: 1_000,
        nextTryAt: 4_002,
      },
    ])
    troubles.over('creates')
    expect(said()).toEqual(['trouble began: dns watch of a'])
    troubles.over('watch of a')
    troubles.over('watch of a')
    expect(said()).toEqual(['trouble is over: dns watch of a'])
    expect([troubles.list(), metrics.count('davit_executor.troubles', { cause: 'dns' })]).toEqual([[], 1])
  })

  it('of one source give way to each other', () => {
    const { troubles, said } = build()
    troubles.report('watch of a', 'dns', { message: 'no address', nextTryAt: null })
    troubles.report('watch of a', 'tls', { message: 'expired', nextTryAt: null })
    expect(troubles.list()).toMatchObject([{ cause: 'tls', nextTryAt: null }])
    expect(said()).toEqual([
      'trouble began: dns watch of a',
      'trouble is over: dns watch of a',
      'trouble began: tls watch of a',
    ])
  })
})

describe('CreateTroubles', () => {
  const revoked = refusalOf(apiError(401, 'Unauthorized', 'Unauthorized'))
  const forbidden = refusalOf(apiError(403, 'Forbidden', 'User "u" cannot create resource "pods"'))

  it('are what somebody must mend, and not what is waited out', () => {
    const { troubles } = build()
    const creates = new CreateTroubles(troubles)
    expect(creates.refused('a', revoked, 9)).toBe(true)
    expect(creates.refused('b', forbidden, 9)).toBe(true)
    expect(creates.refused('a', refusalOf(connectionError('dns')), 9)).toBe(true)
    const waited = [
      apiError(429, 'TooManyRequests', 'busy'),
      apiError(403, 'Forbidden', 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
      connectionError('reset'),
      apiError(500, 'InternalError', 'etcd'),
    ]
    expect(waited.map((error) => creates.refused('a', refusalOf(error), 9))).toEqual([false, false, false, false])
    expect(troubles.list().map(({ cause, sources }) => `${cause}: ${sources}`)).toEqual([
      'rbac: creates in b',
      'dns: creates',
    ])
  })

  it('end with a create of theirs, or when there is nothing to create', () => {
    const { troubles } = build()
    const creates = new CreateTroubles(troubles)
    creates.refused('a', revoked, 9)
    creates.refused('b', forbidden, 9)
    creates.passed('a')
    expect(troubles.list().map(({ cause }) => cause)).toEqual(['rbac'])
    creates.remaining(1)
    expect(troubles.list()).toHaveLength(1)
    creates.remaining(0)
    expect(troubles.list()).toEqual([])
  })
})
