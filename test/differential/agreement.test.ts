import { type Clock, startDevCluster } from '@davit/devcluster'
import { describe, expect, it } from 'vitest'
import { startKubernetes } from '../kubernetes/start-kubernetes.ts'
import { namedBackends } from '../support/backend-names.ts'
import { RawApi } from '../support/raw-api.ts'
import { compareServers } from './compare-servers.ts'
import { describedMismatch } from './described-mismatch.ts'

/** Nothing comes by itself after a while: the dev cluster's controllers of pods and nodes do not act. */
const withoutLongTimers: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs) {
    const timer = delayMs < 15_000 ? setTimeout(callback, delayMs) : undefined
    return { cancel: () => clearTimeout(timer) }
  },
}

const seed = Number(process.env.SEED ?? 1)
const runs = Number(process.env.RUNS ?? 2_000)
const named = namedBackends(process.env.CONFORMANCE)

describe('differential', () => {
  if (!named.includes('devcluster') || !named.includes('kubernetes')) {
    it.skip('compares devcluster and kubernetes: name both in CONFORMANCE')
    return
  }

  it(`devcluster and kubernetes say the same to ${runs} sequences from seed ${seed}`, {
    timeout: 1_800_000,
  }, async () => {
    await using kubernetes = await startKubernetes({
      // Nobody runs pods, and nothing changes them but the sequences: what other controllers do comes at any time.
      nodeKinds: [],
      controllers: ['namespace', 'serviceaccount', 'root-ca-certificate-publisher'],
      onProgress: (line) => console.log(`differential: ${line}`),
    })
    const errors: unknown[] = []
    await using devcluster = await startDevCluster({
      runtime: 'scripted',
      clock: withoutLongTimers,
      onInternalError: (error) => errors.push(error),
    })
    using left = new RawApi(devcluster.kubeconfig)
    using right = new RawApi(kubernetes.kubeconfig)
    const startedAt = performance.now()
    const { sequences, operations, mismatches } = await compareServers({ left, right }, { seed, runs })
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(0)
    const kinds = [...operations].sort(([, a], [, b]) => b - a)
    const total = kinds.reduce((sum, [, count]) => sum + count, 0)
    console.log(`differential: ${sequences} sequences of ${total} operations in ${seconds} s, from seed ${seed}`)
    console.log(`differential: ${kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')}`)
    expect(mismatches.map(describedMismatch).join('\n\n')).toBe('')
    expect(errors).toEqual([])
  })
})
