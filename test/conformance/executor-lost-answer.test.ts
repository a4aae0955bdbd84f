import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { startAnswerLosingProxy } from '../support/answer-losing-proxy.ts'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import type { StoredPod } from '../support/pods-by-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'

conformance('the executor when answers are lost', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('L13, P3 a: makes no second pod when the answer to a create is lost', async ({ backend, namespace }) => {
    const creates = podsPath(namespace)
    let answered = 0
    // Every third answer to a create, the first among them.
    await using proxy = await startAnswerLosingProxy(
      backend.executorKubeconfig,
      ({ method, path }) => method === 'POST' && path.startsWith(creates) && answered++ % 3 === 0,
    )
    await using run = await startExecutor({ kubeconfig: proxy.kubeconfig, namespace, jobId: '1' })
    const keys = Array.from({ length: 24 }, (_, index) => taskKey('lost', { mapIndex: index }))
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 1_500 })))
    await run.untilEnded(keys, { withinMs: 40_000 })

    expect(proxy.lost.length).toBeGreaterThanOrEqual(8)
    expect(keys.map((key) => run.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
    const names = (await createdPods(backend, namespace, keys.length)).map(({ name }) => name)
    expect(names.toSorted()).toEqual(keys.map((key) => podName({ deployment: 'default', key, number: 1 })).toSorted())
  })

  it('deletes each pod when the answer to a delete is lost', async ({ api, backend, namespace }) => {
    const pods = `${podsPath(namespace)}/`
    const seen = new Set<string>()
    // The first answer for each pod.
    await using proxy = await startAnswerLosingProxy(backend.executorKubeconfig, ({ method, path }) => {
      if (method !== 'DELETE' || !path.startsWith(pods) || seen.has(path)) return false
      seen.add(path)
      return true
    })
    await using run = await startExecutor({ kubeconfig: proxy.kubeconfig, namespace, jobId: '1' })
    const keys = Array.from({ length: 6 }, (_, index) => taskKey('gone', { mapIndex: index }))
    run.submit(...keys.map((key) => scriptedWorkload(key, { runMs: 100 })))
    await run.untilEnded(keys)
    await eventually(async () => (await api.get<{ items: StoredPod[] }>(podsPath(namespace))).body.items.length === 0, {
      withinMs: 20_000,
    })
    expect(proxy.lost).toHaveLength(keys.length)
    expect(keys.map((key) => run.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
  })
})
