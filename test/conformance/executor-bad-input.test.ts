import { join } from 'node:path'
import { expect } from 'vitest'
import { parse, stringify } from 'yaml'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { type ExecutorRun, startExecutor } from '../support/executor-run.ts'
import { RecordingLogger } from '../support/recording-logger.ts'
import { scriptedWorkload, taskKey } from '../support/scripted-workload.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** What is wrong with a template, and what is said of it behind the file's name. */
const TEMPLATES: readonly (readonly [what: string, text: string | null, said: string, evidence: RegExp])[] = [
  ['missing', null, ': the pod template does not exist', /does not exist/],
  ['empty', '', ': is empty', /is empty/],
  ['not YAML', 'kind: Pod\nspec: {\n', ':3: is no valid YAML', /no valid YAML/],
  ['of another kind', 'apiVersion: v1\nkind: Job\nspec: {}\n', ':2: kind: ', /^kind=/],
  ['without containers', 'kind: Pod\nspec:\n  nodeName: a\n', ':2: spec: has no containers', /^spec=/],
  ['with no container', 'kind: Pod\nspec:\n  containers: []\n', ':3: spec.containers: is empty', /^spec\.containers=/],
]

const GOOD = 'kind: Pod\nspec:\n  containers:\n    - name: base\n      image: busybox\n'

conformance('the executor and bad input', { needs: ['scriptedPods'], concurrent: true }, (it) => {
  it('fails the tasks of a template that is wrong, with file, line and path, and starts and runs the others all the same', async ({
    backend,
    namespace,
  }) => {
    await using folder = await temporaryFolder()
    const files = await Promise.all(
      TEMPLATES.map(async ([, text], index) =>
        text === null ? join(folder.path, 'missing.yaml') : folder.write(`template-${index}.yaml`, text),
      ),
    )
    const good = await folder.write('good.yaml', GOOD)
    const [broken = ''] = files.slice(-1)
    const config = { podTemplateFile: broken }
    const kubeconfig = backend.executorKubeconfig
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', config })
    const of = (name: string, podTemplateFile?: string) => {
      const { executorConfig, ...rest } = scriptedWorkload(taskKey(name), { runMs: 10 })
      return { ...rest, executorConfig: { ...executorConfig, ...(podTemplateFile && { podTemplateFile }) } }
    }
    run.submit(of('configured'), ...files.map((file, index) => of(`bad-${index}`, file)), of('good', good))
    const bad = files.map((_, index) => taskKey(`bad-${index}`))
    await run.untilEnded([taskKey('configured'), ...bad, taskKey('good')])
    expect(run.ends(taskKey('good')).map(({ state }) => state)).toEqual(['success'])
    for (const [index, [, , said, evidence]] of TEMPLATES.entries()) {
      const [end] = run.ends(taskKey(`bad-${index}`))
      expect(end).toMatchObject({
        state: 'failed',
        failure: { class: 'config', evidence: expect.stringMatching(evidence) },
      })
      expect(end?.failure?.message.startsWith(`${files[index]}${said}`), end?.failure?.message).toBe(true)
    }
    expect(run.ends(taskKey('configured'))[0]?.failure?.message).toMatch(`${broken}:3: spec.containers: is empty`)
  })

  it('goes on from a revoked token when there is a new one: told once, shown in its state, nothing failed', async ({
    backend,
    namespace,
  }) => {
    await using folder = await temporaryFolder()
    const { user, kubeconfig } = withUser(backend.executorKubeconfig, () => ({ tokenFile: join(folder.path, 'token') }))
    await folder.write('token', 'revoked')
    const logger = new RecordingLogger()
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', logger })
    const key = taskKey('one')
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await untilTroubled(run, 'unauthorized', 2)
    expect(began(logger, 'unauthorized')).toBe(1)
    expect(run.ends(key)).toEqual([])
    await folder.write('token', user.token)
    await run.untilEnded([key], { withinMs: 45_000 })
    expect(run.ends(key).map(({ state }) => state)).toEqual(['success'])
    await eventually(() => run.executor.state.troubles.length === 0, { withinMs: 45_000 })
    expect(began(logger, 'unauthorized')).toBe(1)
  })

  it.for([
    [
      'dns',
      'an address that has no name any more',
      (server: string) => ({ server: server.replace(/\/\/[^:/]+/, '//davit.invalid') }),
    ],
    ['tls', 'a certificate that nobody trusts any more', (server: string) => ({ server })],
  ] as const)('tells of %s once, and tries again: %s', async ([cause, , cluster], { backend, namespace }) => {
    const kubeconfig = withCluster(backend.executorKubeconfig, cluster)
    const logger = new RecordingLogger()
    await using run = await startExecutor({ kubeconfig, namespace, jobId: '1', logger })
    const key = taskKey('one')
    run.submit(scriptedWorkload(key, { runMs: 10 }))
    await untilTroubled(run, cause, 2)
    expect(run.executor.state.troubles.map((trouble) => trouble.cause)).toEqual([cause])
    expect(began(logger, cause)).toBe(1)
    expect(run.ends(key)).toEqual([])
    await eventually(() => run.executor.waitingReason(key)?.includes(cause))
    await run.stop('terminate')
  })
})

/** Waits until the watch and the creates suffer from this, and it has been tried so often again. */
async function untilTroubled(run: ExecutorRun, cause: string, tries: number): Promise<void> {
  const times = new Set<number | null>()
  await eventually(
    () => {
      const trouble = run.executor.state.troubles.find((each) => each.cause === cause)
      if (trouble) times.add(trouble.nextTryAt)
      if ((trouble?.sources.length ?? 0) >= 2 && times.size > tries) return true
      throw new Error(
        `seen with ${times.size} next tries; the troubles: ${JSON.stringify(run.executor.state.troubles)}`,
      )
    },
    { withinMs: 45_000 },
  )
}

function began(logger: RecordingLogger, cause: string): number {
  return logger.lines.filter((line) => line.includes('trouble began') && line.includes(`"cause":"${cause}"`)).length
}

interface Kubeconfig {
  readonly clusters: readonly { readonly name: string; readonly cluster: { readonly server: string } }[]
  readonly users: readonly { readonly name: string; readonly user: { readonly token: string } }[]
}

function withUser(kubeconfig: string, make: () => object) {
  const config = parse(kubeconfig) as Kubeconfig
  const [first] = config.users
  if (!first) throw new Error('the kubeconfig has no user')
  return { user: first.user, kubeconfig: stringify({ ...config, users: [{ name: first.name, user: make() }] }) }
}

function withCluster(kubeconfig: string, make: (server: string) => object): string {
  const config = parse(kubeconfig) as Kubeconfig
  const clusters = config.clusters.map(({ name, cluster }) => ({ name, cluster: make(cluster.server) }))
  return stringify({ ...config, clusters })
}
