import { startDevCluster } from '@davit/devcluster'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKubernetes } from '../kubernetes/start-kubernetes.ts'
import { namedBackends } from '../support/backend-names.ts'
import { FuzzSession } from './fuzz-session.ts'
import { kinds } from './kinds.ts'
import { knownDifferences } from './known-differences.ts'

const named = namedBackends(process.env.CONFORMANCE)
const isComparison = named.includes('devcluster') && named.includes('kubernetes')
const seed = Number(process.env.SEED ?? 1)
const runs = Number(process.env.RUNS ?? (isComparison ? 3_000 : 400))

describe('malformed requests', () => {
  if (!named.includes('devcluster')) {
    it.skip('devcluster gets malformed requests: name it in CONFORMANCE')
    return
  }

  const faults: unknown[] = []
  const opened = new AsyncDisposableStack()
  let kubeconfigs: readonly string[]

  beforeAll(async () => {
    const devcluster = opened.use(
      await startDevCluster({ runtime: 'scripted', onInternalError: (fault) => faults.push(fault) }),
    )
    kubeconfigs = [devcluster.kubeconfig]
    if (!isComparison) return
    const kubernetes = opened.use(
      await startKubernetes({
        // Nothing changes the fixtures but the requests.
        nodeKinds: [],
        controllers: ['namespace', 'serviceaccount', 'root-ca-certificate-publisher'],
        onProgress: (line) => console.log(`fuzz: ${line}`),
      }),
    )
    kubeconfigs = [devcluster.kubeconfig, kubernetes.kubeconfig]
  }, 600_000)

  afterAll(() => opened.disposeAsync(), 60_000)

  for (const kind of kinds) {
    const share = Math.ceil((runs * kind.share) / 100)
    it(`${share} of ${kind.name} from seed ${seed} are answered as they should be`, {
      timeout: 600_000,
    }, async () => {
      const connections = openConnections()
      const startedAt = performance.now()
      {
        using session = new FuzzSession(kubeconfigs, faults)
        expect(await session.run(kind, { seed, runs: share })).toBeUndefined()
        expect(await session.isHealthy()).toBe(true)
      }
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
      console.log(`fuzz: ${share} ${kind.name} in ${seconds} s, from seed ${seed}`)
      await expect.poll(openConnections, { timeout: 5_000 }).toBeLessThanOrEqual(connections)
    })
  }

  if (!isComparison) return

  it('each known difference is still one', { timeout: 120_000 }, async () => {
    using session = new FuzzSession(kubeconfigs, faults)
    await session.renew()
    for (const { reason, example, isOne } of knownDifferences) {
      const pair = await session.pair(example)
      expect(JSON.stringify(pair.devcluster), reason).not.toBe(JSON.stringify(pair.kubernetes))
      expect(isOne(pair), reason).toBe(true)
    }
  })
})

/** Of this process: the dev cluster's and those to it. */
function openConnections(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
