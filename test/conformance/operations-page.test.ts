import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type ExecutorOptions, podName } from '@davit/executor'
import { expect, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { builtKubectl } from '../kubernetes/kubectl.ts'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { rbacPath } from '../support/executor-role.ts'
import { startExecutor } from '../support/executor-run.ts'
import { untilGone } from '../support/pods-by-api.ts'
import type { RawApi } from '../support/raw-api.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { taskKey } from '../support/scripted-workload.ts'
import { serviceAccountKubeconfig } from '../support/service-account.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { createNamespace, namespaceName } from '../support/test-namespace.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const page = await readFile(new URL('../../docs/operations.md', import.meta.url), 'utf8')

conformance('the commands of docs/operations.md', { needs: ['scriptedPods', 'roles'] }, (it) => {
  it('let a service account run tasks in one namespace, in several, and in all', async ({ api, backend }) => {
    const nameOf = (title: string) => namespaceName('operations-page', title)
    const names = { workflows: nameOf('workflows'), 'team-a': nameOf('team-a'), 'team-b': nameOf('team-b') }
    const { workflows, 'team-a': teamA, 'team-b': teamB } = names
    const other = nameOf('other')
    onTestFinished(async () => {
      for (const name of [...Object.values(names), other]) await api.delete(`/api/v1/namespaces/${name}`)
      for (const kind of ['clusterrolebindings', 'clusterroles']) {
        await api.delete(rbacPath(null, kind, 'davit'))
      }
    })
    for (const name of [teamA, teamB, other]) await createNamespace(api, name)

    await runCommands(backend, 'In one namespace', names)
    await runTasks(api, backend, workflows, [workflows])
    const [, binding = ''] = /```yaml\n([^`]*kind: RoleBinding[\s\S]*?)```/.exec(page) ?? []
    const { body } = await api.get(rbacPath(workflows, 'rolebindings', 'davit'))
    expect(body).toMatchObject(parse(renamed(binding, names)))

    await runCommands(backend, 'In several namespaces', names)
    const list = [workflows, teamA, teamB]
    await runTasks(api, backend, workflows, list, { multiNamespaceMode: true, multiNamespaceModeNamespaceList: list })

    await runCommands(backend, 'In all namespaces', names)
    await runTasks(api, backend, workflows, [other], { multiNamespaceMode: true })
  })
})

type Names = Readonly<Record<string, string>>

/** A text of the page with other names for its namespaces. */
function renamed(text: string, names: Names): string {
  return text.replace(/\b(workflows|team-a|team-b)\b/g, (name) => names[name] ?? name)
}

/** Runs the commands under a heading of the page as somebody would who has other names for their namespaces. */
async function runCommands(backend: StartedBackend, heading: string, names: Names): Promise<void> {
  const section = page.split(`### ${heading}\n`)[1] ?? ''
  const [, commands = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? []
  expect(commands).toContain('kubectl')
  const argv = [...(await builtKubectl()), `--kubeconfig=${backend.kubeconfigPath}`].map((part) => `'${part}'`)
  await using folder = await temporaryFolder()
  await folder.write('kubectl', `#!/bin/sh\nexec ${argv.join(' ')} "$@"\n`, 0o700)
  const env = { PATH: [folder.path, process.env.PATH].join(delimiter), HOME: folder.path }
  await promisify(execFile)('sh', ['-ec', renamed(commands, names)], { cwd: root, env, timeout: 30_000 })
}

/** Runs a task in each namespace as the service account `davit`; until its pod is gone too. */
async function runTasks(
  api: RawApi,
  backend: StartedBackend,
  workflows: string,
  namespaces: readonly string[],
  config: ExecutorOptions = {},
): Promise<void> {
  const account = { namespace: workflows, name: 'davit' }
  const kubeconfig = await serviceAccountKubeconfig(api, account, backend.kubeconfig)
  await using run = await startExecutor({ kubeconfig, namespace: workflows, jobId: '1', config })
  const keys = namespaces.map((_, index) => taskKey('task', { mapIndex: index }))
  for (const [index, key] of keys.entries()) {
    const metadata = { namespace: namespaces[index] ?? '', annotations: scriptAnnotations({ runMs: 100 }) }
    run.submit({ key, args: ['true'], executorConfig: { podOverride: { metadata } } })
  }
  await run.untilEnded(keys)
  expect(keys.map((key) => run.ends(key).map(({ state }) => state))).toEqual(keys.map(() => ['success']))
  for (const [index, key] of keys.entries()) {
    await untilGone(api, namespaces[index] ?? '', podName({ deployment: 'default', key, number: 1 }))
  }
}
