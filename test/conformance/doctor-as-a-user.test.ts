import { expect } from 'vitest'
import { stringify } from 'yaml'
import { inNamespace } from '../support/api-paths.ts'
import type { StartedBackend } from '../support/backend.ts'
import { callDavit } from '../support/call-davit.ts'
import { conformance } from '../support/conformance.ts'
import { runDoctor } from '../support/doctor.ts'
import { eventually } from '../support/eventually.ts'
import { executorRole, grantRole, roleWithout } from '../support/executor-role.ts'
import type { RawApi } from '../support/raw-api.ts'
import { createServiceAccount, serviceAccountKubeconfig } from '../support/service-account.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

interface Surroundings {
  readonly api: RawApi
  readonly backend: StartedBackend
  readonly namespace: string
}

/** A service account that may do what docs/operations.md lists, but for some of it; its kubeconfig. */
async function userWithout(grants: readonly string[], { api, backend, namespace }: Surroundings): Promise<string> {
  const account = { namespace, name: 'davit' }
  await createServiceAccount(api, account)
  // The namespace has one of the role's own name, for the executor.
  const whole = { ...(await executorRole()), metadata: { name: 'doctor' } }
  const role = grants.reduce((left, grant) => roleWithout(left, 'doctor', grant), whole)
  await grantRole(api, namespace, role, { kind: 'ServiceAccount', ...account })
  return serviceAccountKubeconfig(api, account, backend.kubeconfig)
}

async function lookAs(
  kubeconfig: string,
  namespace: string,
  template?: object,
  env?: Readonly<Record<string, string>>,
) {
  await using folder = await temporaryFolder()
  const options = ['--kubeconfig', await folder.write('kubeconfig', kubeconfig), '--namespace', namespace]
  if (template !== undefined) {
    const text = stringify({ apiVersion: 'v1', kind: 'Pod', ...template })
    options.push('--pod-template-file', await folder.write('pod.yaml', text))
  }
  return await runDoctor(options, env)
}

conformance('davit doctor as a user with a role', { needs: ['roles'] }, (it) => {
  it('needs no more than the role of docs/operations.md: what it may not look at, the dry run tells', async ({
    api,
    backend,
    namespace,
  }) => {
    const kubeconfig = await userWithout([], { api, backend, namespace })
    const { exitCode, troubles, json, stdout } = await lookAs(kubeconfig, namespace)
    expect([exitCode, troubles]).toEqual([0, []])
    expect(json.findings.map(({ what }) => what)).toEqual(
      expect.arrayContaining([
        `the server knows us as system:serviceaccount:${namespace}:davit`,
        `the namespace ${namespace} takes pods (we may not look at it itself)`,
        'there is room for one pod of the template at least (we may not list resourcequotas)',
      ]),
    )
    expect(stdout).not.toMatch(/eyJ/)
  })

  it('names each permission that is missing, what is lost, and the command that grants it', async ({
    api,
    backend,
    namespace,
  }) => {
    const kubeconfig = await userWithout(['delete pods', 'get pods/log'], { api, backend, namespace })
    const { exitCode, troubles } = await lookAs(kubeconfig, namespace)
    expect([exitCode, troubles.map(({ check, why, todo }) => [check, why, todo])]).toEqual([
      1,
      [
        [
          'permissions',
          'without it: pods are left on the cluster',
          `kubectl create role davit-delete-pods -n ${namespace} --verb=delete --resource=pods && kubectl create rolebinding davit-delete-pods -n ${namespace} --role=davit-delete-pods --serviceaccount=${namespace}:davit`,
        ],
        ['permissions', 'without it: no logs', expect.stringContaining('--verb=get --resource=pods/log')],
      ],
    ])
  })

  it('asks for all namespaces where all are to be watched', async ({ api, backend, namespace }) => {
    const env = { AIRFLOW__KUBERNETES_EXECUTOR__MULTI_NAMESPACE_MODE: 'True' }
    const everything = await lookAs(backend.kubeconfig, namespace, undefined, env)
    expect([everything.exitCode, everything.troubles]).toEqual([0, []])
    const kubeconfig = await userWithout([], { api, backend, namespace })
    const { exitCode, troubles } = await lookAs(kubeconfig, namespace, undefined, env)
    expect(exitCode).toBe(1)
    const [first] = troubles.filter(({ level }) => level === 'problem')
    expect(first).toMatchObject({
      check: 'permissions',
      namespace: null,
      what: 'we may not create pods in all namespaces; it is needed for launching',
      todo: expect.stringMatching(/^kubectl create clusterrole davit-create-get-list-watch-patch-delete-pods --verb=/),
    })
  })

  it('says what could not be tried without the permission to create', async ({ api, backend, namespace }) => {
    const kubeconfig = await userWithout(['create pods'], { api, backend, namespace })
    const { exitCode, troubles } = await lookAs(kubeconfig, namespace)
    expect([exitCode, troubles.map(({ level, check }) => [level, check])]).toEqual([
      1,
      [
        ['problem', 'permissions'],
        ['warning', 'namespace'],
        ['warning', 'quota'],
        ['warning', 'service account'],
        ['warning', 'template'],
      ],
    ])
  })

  it('tells davit pods list and cleanup what they may not do, in one line', async ({ api, backend, namespace }) => {
    const kubeconfig = await userWithout(['list pods'], { api, backend, namespace })
    await using folder = await temporaryFolder()
    const options = ['--kubeconfig', await folder.write('kubeconfig', kubeconfig), '--namespace', namespace]
    for (const command of ['list', 'cleanup']) {
      const { exitCode, stdout, stderr } = await callDavit(['pods', command, ...options])
      expect([exitCode, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(/^davit: cannot list the pods of tasks: .*cannot list resource "pods".*\n$/)
    }
  })

  it('says that a token is worth nothing any more, when its account is gone', async ({ api, backend, namespace }) => {
    const kubeconfig = await userWithout([], { api, backend, namespace })
    await api.delete(inNamespace(namespace, 'serviceaccounts', 'davit'))
    // Tokens are looked up in a cache.
    const { exitCode, troubles } = await eventually(async () => {
      const diagnosis = await lookAs(kubeconfig, namespace)
      return diagnosis.exitCode === 1 && diagnosis
    })
    expect([exitCode, troubles.map(({ check, what }) => [check, what])]).toEqual([
      1,
      [['credentials', 'the server does not accept our credentials: Unauthorized']],
    ])
  })

  it('tells what Pod Security would refuse, and that the label was the reason', async ({ api, backend, namespace }) => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    await api.patch(`/api/v1/namespaces/${namespace}`, 'merge', { metadata: { labels } })
    const plain = await eventually(async () => {
      const diagnosis = await lookAs(backend.kubeconfig, namespace)
      return diagnosis.exitCode === 1 && diagnosis
    })
    expect(plain.troubles.map(({ level, check, what, todo }) => [level, check, what, todo])).toEqual([
      [
        'problem',
        'template',
        expect.stringContaining('violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'),
        expect.stringContaining('set securityContext in the pod template'),
      ],
    ])
    const securityContext = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
    }
    const template = { spec: { automountServiceAccountToken: false, containers: [{ name: 'base', securityContext }] } }
    const { exitCode, json } = await lookAs(backend.kubeconfig, namespace, template)
    expect([exitCode, json.warnings]).toEqual([0, 0])
  })

  it('tells what a LimitRange would refuse, and what a PriorityClass that is missing does', async ({
    api,
    backend,
    namespace,
  }) => {
    const limits = [{ type: 'Container', max: { cpu: '1' } }]
    await api.post(inNamespace(namespace, 'limitranges'), { metadata: { name: 'l' }, spec: { limits } })
    const resources = { limits: { cpu: '2' } }
    const large = { spec: { containers: [{ name: 'base', resources }] } }
    const limited = await eventually(async () => {
      const diagnosis = await lookAs(backend.kubeconfig, namespace, large)
      return diagnosis.exitCode === 1 && diagnosis
    })
    expect(limited.troubles.map(({ check, what }) => [check, what])).toEqual([
      ['template', expect.stringContaining('maximum cpu usage per Container is 1, but limit is 2')],
    ])
    const important = { spec: { priorityClassName: 'nope', containers: [{ name: 'base' }] } }
    const { troubles } = await lookAs(backend.kubeconfig, namespace, important)
    expect(troubles.map(({ check, what }) => [check, what])).toEqual([
      ['template', expect.stringContaining('no PriorityClass with name nope was found')],
    ])
  })

  it('warns of the token that pods of tasks get, unless the template takes it away or asks for it', async ({
    backend,
    namespace,
  }) => {
    const tokens = async (automountServiceAccountToken?: boolean) => {
      const spec = {
        containers: [{ name: 'base' }],
        ...(automountServiceAccountToken !== undefined && { automountServiceAccountToken }),
      }
      const { json } = await lookAs(backend.kubeconfig, namespace, { spec })
      return json.findings.filter(({ what }) => /get a token of the service account default/.test(what)).length
    }
    expect([await tokens(), await tokens(false), await tokens(true)]).toEqual([1, 0, 0])
  })
})
