import { podName } from '@davit/executor'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { podsPath } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { startExecutor } from '../../support/executor-run.ts'
import { readPod, untilGone } from '../../support/pods-by-api.ts'
import { scriptAnnotations } from '../../support/scripted-pod.ts'
import { taskKey } from '../../support/scripted-workload.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const key = taskKey('work')
const name = podName({ deployment: 'default', key, number: 1 })

conformance('what overrides and patches can do to a pod', { needs: ['scriptedPods'] }, (it) => {
  it('L18: neither override, patch nor hook changes whose a pod is, and the task ends by it', async ({
    api,
    backend,
    namespace,
  }) => {
    const theirs = {
      labels: { 'airflow-worker': '99', dag_id: 'theirs', 'davit-launch': 'x', airflow_executor_done: 'True' },
      annotations: { dag_id: 'theirs', task_id: 'theirs', try_number: '7' },
    }
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      // The pod stays, to be looked at.
      config: { deleteWorkerPods: false },
      podMutationHook: (pod) => {
        Object.assign(pod.metadata ?? {}, { name: 'hooked' })
        Object.assign(pod.metadata?.labels ?? {}, theirs.labels)
      },
    })
    const annotations = { ...theirs.annotations, ...scriptAnnotations({ runMs: 10, exitCode: 0 }) }
    const podOverride = {
      metadata: { name: 'mine', ...theirs, annotations },
      spec: { containers: [{ name: 'mine', image: 'busybox' }] },
    }
    const podPatch = {
      metadata: { name: 'patched', labels: theirs.labels },
      spec: { containers: [{ name: 'first', image: 'busybox' }], restartPolicy: 'Always' },
    }
    run.submit({ key, args: ['true'], executorConfig: { podOverride, podPatch } })
    await run.untilEnded([key])
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    await run.executor.settled()
    const pod = await readPod(api, namespace, name)
    expect(pod?.metadata.labels).toMatchObject({ 'airflow-worker': '1', dag_id: 'conformance', task_id: 'work' })
    expect(pod?.metadata.annotations).toMatchObject({ dag_id: 'conformance', task_id: 'work', try_number: '1' })
    expect(pod?.spec).toMatchObject({ restartPolicy: 'Never', containers: [{ name: 'first' }, { name: 'base' }] })
  })

  it('L19: finalizers and owners of template, override and patch are all there', async ({
    api,
    backend,
    namespace,
  }) => {
    await using folder = await temporaryFolder()
    const owners: { name: string; uid: string }[] = []
    for (const owner of ['template', 'override', 'patch']) {
      const { body } = await api.post<{ metadata: { uid: string } }>(`/api/v1/namespaces/${namespace}/configmaps`, {
        metadata: { name: owner },
      })
      owners.push({ name: owner, uid: body.metadata.uid })
    }
    const [ofTemplate, ofOverride, ofPatch] = owners.map(({ name: owner, uid }) => ({
      finalizers: [`davit.test/${owner}`],
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: owner, uid }],
    }))
    const spec = { containers: [{ name: 'base', image: 'busybox' }] }
    const template = { apiVersion: 'v1', kind: 'Pod', metadata: ofTemplate, spec }
    await using run = await startExecutor({
      kubeconfig: backend.executorKubeconfig,
      namespace,
      jobId: '1',
      config: { podTemplateFile: await folder.write('pod.yaml', stringify(template)) },
    })
    const annotations = scriptAnnotations({ runMs: 10 })
    const executorConfig = {
      podOverride: { metadata: { ...ofOverride, annotations } },
      podPatch: { metadata: ofPatch },
    }
    run.submit({ key, args: ['true'], executorConfig })
    await run.untilEnded([key])
    // Deleted by us by now, and kept by what was asked for.
    const pod = await readPod(api, namespace, name)
    expect(pod?.metadata.finalizers?.toSorted()).toEqual(
      owners.map(({ name: owner }) => `davit.test/${owner}`).toSorted(),
    )
    expect(pod?.metadata.ownerReferences?.map(({ uid }) => uid).toSorted()).toEqual(
      owners.map(({ uid }) => uid).toSorted(),
    )
    await api.patch(podsPath(namespace, name), 'merge', { metadata: { finalizers: null } })
    await untilGone(api, namespace, name)
  })
})
