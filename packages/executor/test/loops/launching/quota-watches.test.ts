import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../../../test/support/fake-clock.ts'
import type { WatchEvent } from '../../../src/kube/types.ts'
import type { Quotas } from '../../../src/loops/launching/quota-room.ts'
import { QuotaWatches } from '../../../src/loops/launching/quota-watches.ts'
import { apiError } from '../../support/fake-pods.ts'
import { FakeResourceWatches } from '../../support/fake-resource-watches.ts'
import { RecordedLogger } from '../../support/recorded-logger.ts'

const WANTED = new Set(['n'])
const NONE = new Set<string>()

let clock: FakeClock
let server: FakeResourceWatches
let logger: RecordedLogger
let told: [string, [string, string | null][] | null][]
let watches: QuotaWatches

const usedOf = (quotas: Quotas | null) =>
  quotas && [...quotas].map(([name, status]): [string, string | null] => [name, status && (status.used.pods ?? '')])
const event = (type: 'ADDED' | 'MODIFIED' | 'DELETED', name: string, pods: string): WatchEvent<unknown> => ({
  type,
  resourceVersion: '1',
  object: { metadata: { name }, status: { hard: { pods: '9' }, used: { pods } } },
})

beforeEach(() => {
  clock = new FakeClock(0)
  server = new FakeResourceWatches()
  logger = new RecordedLogger()
  told = []
  watches = new QuotaWatches({
    resources: server,
    clock,
    random: () => 0,
    logger,
    onQuotas: (namespace, quotas) => told.push([namespace, usedOf(quotas)]),
  })
})

describe('QuotaWatches', () => {
  it('tell what the quotas of a namespace say, and what became of them', async () => {
    watches.want(WANTED)
    watches.want(WANTED)
    expect(server.asked.map(({ path }) => path)).toEqual([{ resource: 'resourcequotas', namespace: 'n' }])
    server.asked[0]?.send(event('ADDED', 'q', '9'))
    server.asked[0]?.send({ type: 'BOOKMARK', resourceVersion: '2', initialEventsEnd: false })
    server.asked[0]?.send(event('MODIFIED', 'q', '8'))
    server.asked[0]?.send(event('DELETED', 'q', '8'))
    await clock.advance(0)
    expect(told).toEqual([
      ['n', [['q', '9']]],
      ['n', [['q', '8']]],
      ['n', [['q', null]]],
    ])
    expect(usedOf(watches.quotasOf('n'))).toEqual([['q', null]])
    expect(watches.quotasOf('other')).toBeNull()
    await watches.stop()
  })

  it('go on when the server ends one, and know nothing meanwhile', async () => {
    watches.want(WANTED)
    server.asked[0]?.send(event('ADDED', 'q', '9'))
    server.asked[0]?.end()
    await clock.advance(0)
    expect(told.at(-1)).toEqual(['n', null])
    expect(server.asked).toHaveLength(2)
    server.asked[1]?.send(event('ADDED', 'p', '1'))
    await clock.advance(0)
    expect(told.at(-1)).toEqual(['n', [['p', '1']]])
    await watches.stop()
  })

  it('wait longer each time that one ends with an error, or says nothing', async () => {
    watches.want(WANTED)
    server.asked[0]?.end(apiError(503, 'ServiceUnavailable', 'not now'))
    await clock.advance(999)
    expect(server.asked).toHaveLength(1)
    await clock.advance(1)
    expect(server.asked).toHaveLength(2)
    server.asked[1]?.end()
    await clock.advance(1_999)
    expect(server.asked).toHaveLength(2)
    await clock.advance(1)
    server.asked[2]?.send(event('ADDED', 'q', '9'))
    server.asked[2]?.end()
    await clock.advance(0)
    expect(server.asked).toHaveLength(4)
    await watches.stop()
  })

  it('ask seldom where they are not allowed, and say so once', async () => {
    const forbidden = apiError(403, 'Forbidden', 'resourcequotas is forbidden')
    watches.want(WANTED)
    server.asked[0]?.end(forbidden)
    await clock.advance(299_999)
    expect(server.asked).toHaveLength(1)
    await clock.advance(1)
    server.asked[1]?.end(forbidden)
    await clock.advance(0)
    const fields = { namespace: 'n', cause: 'rbac', error: forbidden, delayMs: 300_000 }
    expect(logger.lines).toMatchObject([
      { level: 'warn', fields },
      { level: 'debug', fields },
    ])
    await watches.stop()
  })

  it('take an ERROR in the stream for one of the server’s', async () => {
    watches.want(WANTED)
    const status = { kind: 'Status', apiVersion: 'v1', code: 500, message: 'broken' } as const
    server.asked[0]?.send({ type: 'ERROR', status })
    await clock.advance(0)
    expect(logger.lines).toMatchObject([{ fields: { cause: 'server-error', delayMs: 1_000 } }])
    await watches.stop()
  })

  it('outlive for a minute those who wanted them', async () => {
    watches.want(WANTED)
    watches.want(NONE)
    await clock.advance(59_000)
    watches.want(WANTED)
    await clock.advance(60_000)
    expect(server.asked[0]?.isAborted()).toBe(false)
    watches.want(NONE)
    await clock.advance(60_000)
    expect([server.asked[0]?.isAborted(), told, watches.quotasOf('n')]).toEqual([true, [['n', null]], null])
    watches.want(WANTED)
    expect(server.asked).toHaveLength(2)
    await watches.stop()
  })

  it('end with their owner, whatever they wait for', async () => {
    watches.want(new Set(['n', 'm']))
    server.asked[0]?.end(apiError(503, 'ServiceUnavailable', 'not now'))
    await clock.advance(0)
    await watches.stop()
    expect(server.asked[1]?.isAborted()).toBe(true)
    await clock.advance(100_000)
    expect(server.asked).toHaveLength(2)
  })

  it('are none without the verbs', async () => {
    watches = new QuotaWatches({ clock, random: () => 0, logger, onQuotas: () => {} })
    watches.want(WANTED)
    expect(watches.quotasOf('n')).toBeNull()
    await watches.stop()
  })
})
