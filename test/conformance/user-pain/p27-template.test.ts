import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { conformance } from '../../support/conformance.ts'
import { eventually } from '../../support/eventually.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { readPod } from '../../support/pods-by-api.ts'
import { scriptAnnotations } from '../../support/scripted-pod.ts'
import { taskKey } from '../../support/scripted-workload.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const key = taskKey('failing')
const name = podName({ deployment: 'default', key, number: 1 })

conformance('a template that decides too much', { needs: ['scriptedPods', 'requestLog'] }, (it) => {
  it('P27: the pod has Never, our name and our labels, and one start for each try', async ({
    api,
    backend,
    namespace,
  }) => {
    await using folder = await temporaryFolder()
    const template = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'mine',
        generateName: 'mine-',
        labels: { task_id: 'theirs', 'airflow-worker': '99', 'davit-launch': 'x', team: 'a' },
        annotations: { task_id: 'theirs', 'davit-launch': 'x', ...scriptAnnotations({ runMs: 0, exitCode: 3 }) },
      },
      // A job's own repetitions are such a policy: pods have no backoff limit, and a template with one is refused.
      spec: { restartPolicy: 'OnFailure', containers: [{ name: 'theirs', image: 'busybox' }] },
    }
    const podTemplateFile = await folder.write('pod.yaml', stringify(template))
    const before = (await backend.podRequests()).length
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      config: { podTemplateFile },
    })
    run.submit({ key, args: ['true'] })
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([{ state: 'failed', failure: { class: 'user' } }])
    const pod = await eventually(async () => {
      const kept = await readPod(api, namespace, name)
      return kept?.metadata.labels?.airflow_executor_done === 'True' && kept
    })
    expect(pod.spec).toMatchObject({ restartPolicy: 'Never', containers: [{ name: 'base' }] })
    expect(pod.metadata.labels).toMatchObject({
      task_id: 'failing',
      'airflow-worker': '1',
      'davit-launch': expect.stringMatching(/^1-1-[a-z0-9]{8}$/),
      team: 'a',
    })
    expect(pod.metadata.annotations).toMatchObject({ task_id: 'failing' })
    expect(pod.status.containerStatuses).toMatchObject([{ name: 'base', restartCount: 0 }])
    const asked = (await backend.podRequests()).slice(before)
    const creates = asked.filter(
      (request) => request.namespace === namespace && request.verb === 'create' && request.subresource === null,
    )
    expect(creates).toMatchObject([{ name, code: 201 }])
  })

  it('P27: a backoff of a job is no field of a pod, and is refused with its place', async ({ backend, namespace }) => {
    await using folder = await temporaryFolder()
    const text = 'apiVersion: v1\nkind: Pod\nspec:\n  backoffLimit: 6\n  containers: [{ name: base, image: busybox }]\n'
    const podTemplateFile = await folder.write('pod.yaml', text)
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      config: { podTemplateFile },
    })
    run.submit({ key, args: ['true'] })
    await run.untilEnded([key])
    expect(run.ends(key)).toMatchObject([
      {
        state: 'failed',
        failure: { class: 'config', message: expect.stringMatching(/pod\.yaml:4: spec\.backoffLimit/) },
      },
    ])
  })
})
