import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { registerWebhook } from '../support/admission-webhook.ts'
import { inNamespace, podsPath, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { eventually } from '../support/eventually.ts'
import { startExecutor } from '../support/executor-run.ts'
import type { RawApi } from '../support/raw-api.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { unboundPod } from '../support/test-pod.ts'

const key = taskKey('one')
const name = podName({ deployment: 'default', key, number: 1 })

/** Waits until a pod would be refused with these words: admission hears of its settings in their order. */
async function untilRefused(api: RawApi, namespace: string, words: string, pod: object = unboundPod('probe')) {
  const path = withQuery(podsPath(namespace), { dryRun: 'All' })
  await eventually(async () => (await api.post(path, pod)).text.includes(words))
}

conformance(
  'the executor before admission plugins',
  { needs: ['scriptedPods', 'requestLog', 'otherResources'] },
  (it) => {
    it('fails a task at once that a webhook denies, with the webhook’s words', async ({ api, backend, namespace }) => {
      const webhook = await registerWebhook(api, namespace, () => 'no pods on sundays')
      const path = withQuery(podsPath(namespace), { dryRun: 'All' })
      await eventually(async () => (await api.post(path, unboundPod('probe'))).status !== 201)
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      run.submit(scriptedWorkload(key, { runMs: 10 }))
      await run.untilEnded([key])
      expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'config' } }])
      expect(run.ends(key)[0]?.failure?.message).toBe(
        `admission webhook "${webhook.name}" denied the request: no pods on sundays`,
      )
      expect(await createdPods(backend, namespace, 0)).toEqual([])
    })

    it('waits for a webhook that does not answer, fails nothing, and launches once it does', async ({
      api,
      backend,
      namespace,
    }) => {
      const webhook = await registerWebhook(api, namespace, () => null)
      await webhook.stop()
      await untilRefused(api, namespace, 'failed calling webhook')
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      run.submit(scriptedWorkload(key, { runMs: 10 }))
      await eventually(() => run.executor.waitingReason(key)?.includes(`failed calling webhook "${webhook.name}"`))
      expect(run.executor.waitingReason(key)).toMatch(/^refused \(webhook-failed\): /)
      await webhook.start()
      await run.untilEnded([key])
      expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
      expect((await createdPods(backend, namespace, 1)).map((pod) => pod.name)).toEqual([name])
    })

    it('fails a task at once that a limit range forbids', async ({ api, backend, namespace }) => {
      const spec = { limits: [{ type: 'Container', max: { cpu: '1' } }] }
      await api.post(inNamespace(namespace, 'limitranges'), { metadata: { name: 'l' }, spec })
      const containers = [{ name: 'base', image: 'busybox', resources: { limits: { cpu: '2' } } }]
      const words = 'maximum cpu usage per Container is 1, but limit is 2'
      await untilRefused(api, namespace, words, { metadata: { name: 'probe' }, spec: { containers } })
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      run.submit({ key, args: ['true'], executorConfig: { podOverride: { spec: { containers } } } })
      await run.untilEnded([key])
      const message = `pods "${name}" is forbidden: ${words}`
      expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'config', message } }])
    })

    it('fails a task at once that the pod security of its namespace forbids', async ({ api, backend, namespace }) => {
      const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
      await api.patch(`/api/v1/namespaces/${namespace}`, 'merge', { metadata: { labels } })
      await untilRefused(api, namespace, 'violates PodSecurity')
      await using run = await startExecutor({ kubeconfig: backend.executorKubeconfig, namespace, jobId: '1' })
      run.submit(scriptedWorkload(key, { runMs: 10 }))
      await run.untilEnded([key])
      expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'config' } }])
      expect(run.ends(key)[0]?.failure?.message).toContain(
        `pods "${name}" is forbidden: violates PodSecurity "restricted:latest"`,
      )
    })
  },
)
