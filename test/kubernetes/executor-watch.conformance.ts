import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { type ExecutorRun, startExecutor } from '../support/executor-run.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { killPart } from './restart-part.ts'
import { type Kubernetes, startKubernetes } from './start-kubernetes.ts'

const isNamed = (process.env.CONFORMANCE ?? '').split(',').includes('kubernetes')

describe.runIf(isNamed)('kubernetes: an executor and its API server', () => {
  let cluster: Kubernetes
  beforeAll(async () => {
    cluster = await startKubernetes()
  })
  afterAll(() => cluster.stop())

  const keys = (name: string) => Array.from({ length: 10 }, (_, mapIndex) => taskKey(name, { mapIndex }))
  const start = () => startExecutor({ kubeconfig: cluster.kubeconfig, namespace: 'default', jobId: '1' })
  const states = (run: ExecutorRun, all: ReturnType<typeof keys>) =>
    all.map((key) => run.ends(key).map(({ state }) => state))

  it('P7: a server that stands still for 10 s while pods end: nothing fails, and all ends are recorded', async () => {
    await using run = await start()
    const [before, during] = [keys('before'), keys('during')]
    run.submit(...before.map((key) => scriptedWorkload(key, { runMs: 3_000 })))
    await eventually(() => run.executor.state.launches.live === before.length)
    const { pid = 0 } = cluster.processes['kube-apiserver'] ?? {}
    process.kill(pid, 'SIGSTOP')
    try {
      run.submit(...during.map((key) => scriptedWorkload(key, { runMs: 100 })))
      await eventually(() => run.executor.state.watches.some(({ staleSeconds }) => (staleSeconds ?? 0) > 10), {
        withinMs: 30_000,
      })
      expect([...before, ...during].flatMap(run.ends)).toEqual([])
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await run.untilEnded([...before, ...during], { withinMs: 60_000 })
    expect(states(run, [...before, ...during])).toEqual([...before, ...during].map(() => ['success']))
  })

  it('P1 B: a server that is killed, and comes back with its history compacted: every end is recorded, the trouble told once', async () => {
    await using run = await start()
    const [before, during] = [keys('old'), keys('new')]
    run.submit(...before.map((key) => scriptedWorkload(key, { runMs: 3_000 })))
    await eventually(() => run.executor.state.launches.live === before.length)
    const restart = await killPart(cluster, 'kube-apiserver')
    run.submit(...during.map((key) => scriptedWorkload(key, { runMs: 100 })))
    await cluster.compactHistory()
    // One trouble, whoever meets it; the broken connections that came first are over with the next trial.
    const troubles = await eventually(() => {
      const { troubles } = run.executor.state
      return troubles.length === 1 && troubles[0]?.sources.length === 2 && troubles
    })
    expect(troubles).toMatchObject([
      { cause: 'refused', sources: expect.arrayContaining(['watch of default', 'creates']) },
    ])
    const server = await restart()
    try {
      await run.untilEnded([...before, ...during], { withinMs: 90_000 })
      expect(states(run, [...before, ...during])).toEqual([...before, ...during].map(() => ['success']))
      await eventually(() => run.executor.state.troubles.length === 0, { withinMs: 30_000 })
      expect(run.executor.state.watches[0]?.relists).toBeLessThanOrEqual(2)
      await run.stop('end')
    } finally {
      process.kill(server.identity.pid, 'SIGKILL')
    }
  })
})
