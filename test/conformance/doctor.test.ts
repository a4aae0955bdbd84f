import { expect } from 'vitest'
import { stringify } from 'yaml'
import { inNamespace } from '../support/api-paths.ts'
import type { StartedBackend } from '../support/backend.ts'
import { conformance } from '../support/conformance.ts'
import { runDoctor } from '../support/doctor.ts'
import { editKubeconfig } from '../support/edit-kubeconfig.ts'
import { createPod } from '../support/pods-by-api.ts'
import { enforceQuota } from '../support/resource-quota.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** Looks at a namespace of a backend, as somebody who may do everything. */
async function lookAt(
  { kubeconfig }: Pick<StartedBackend, 'kubeconfig'>,
  namespace: string,
  { template, args = [] }: { template?: object; args?: readonly string[] } = {},
) {
  await using folder = await temporaryFolder()
  const options = ['--kubeconfig', await folder.write('kubeconfig', kubeconfig), '--namespace', namespace]
  if (template !== undefined) {
    const text = stringify({ apiVersion: 'v1', kind: 'Pod', ...template })
    options.push('--pod-template-file', await folder.write('pod.yaml', text))
  }
  return await runDoctor([...options, ...args])
}

/** A template of one container. */
const withSpec = (spec: object, container: object = {}) => ({
  spec: { ...spec, containers: [{ name: 'base', ...container }] },
})

conformance('davit doctor', {}, (it) => {
  it('finds nothing wrong where nothing is', async ({ backend, namespace }) => {
    const { exitCode, json, troubles, stdout } = await lookAt(backend, namespace)
    expect([exitCode, troubles]).toEqual([0, []])
    expect(json.findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        ...['address', 'certificate', 'clock', 'credentials', 'version', 'permissions', 'watch'],
        ...['namespace', 'quota', 'service account', 'template'],
      ]),
    )
    expect(stdout).not.toMatch(/BEGIN|Bearer|eyJ/)
  })

  it('names a namespace that is not there, and the command that makes it', async ({ backend }) => {
    const { exitCode, troubles } = await lookAt(backend, 'not-there')
    expect([exitCode, troubles]).toEqual([
      1,
      [
        expect.objectContaining({
          level: 'problem',
          check: 'namespace',
          what: 'there is no namespace not-there',
          todo: 'kubectl create namespace not-there',
        }),
      ],
    ])
  })

  it('names a namespace that is being deleted', async ({ api, backend, newNamespace }) => {
    const namespace = await newNamespace()
    const held = scriptedPod('held', { hold: true })
    await createPod(api, namespace, { ...held, metadata: { ...held.metadata, finalizers: ['test/held'] } })
    await api.delete(`/api/v1/namespaces/${namespace}`)
    const { exitCode, troubles } = await lookAt(backend, namespace)
    const release = { metadata: { finalizers: null } }
    await api.patch(inNamespace(namespace, 'pods', 'held'), 'merge', release)
    expect([exitCode, troubles.map(({ check, what }) => [check, what])]).toEqual([
      1,
      [['namespace', `the namespace ${namespace} is being deleted`]],
    ])
  })

  it('tells what a quota leaves, and warns when it is used up', async ({ api, backend, namespace }) => {
    await enforceQuota(api, namespace, { pods: '2', 'requests.cpu': '1' })
    const template = withSpec({}, { resources: { requests: { cpu: '300m' } } })
    const { json } = await lookAt(backend, namespace, { template })
    expect(json.findings).toContainEqual(
      expect.objectContaining({
        level: 'ok',
        what: 'quota q: pods 0 of 2 used, requests.cpu 0 of 1 used; room for 2 more pods of the template',
      }),
    )
    const used = { name: 'base', image: 'busybox', resources: { requests: { cpu: '800m' } } }
    const node = scriptedPod('big', { hold: true })
    await createPod(api, namespace, { ...node, spec: { ...node.spec, containers: [used] } })
    const full = await lookAt(backend, namespace, { template })
    expect([full.exitCode, full.troubles]).toEqual([
      0,
      [
        expect.objectContaining({
          level: 'warning',
          check: 'quota',
          what: 'quota q: pods 1 of 2 used, requests.cpu 800m of 1 used',
          why: 'requests.cpu is used up: tasks stay queued as refused (quota) until there is room',
        }),
      ],
    ])
  })

  it('names a pod that no wait makes room for, and one that asks for nothing where a quota wants it to', async ({
    api,
    backend,
    namespace,
  }) => {
    await enforceQuota(api, namespace, { 'requests.cpu': '1' })
    const large = await lookAt(backend, namespace, {
      template: withSpec({}, { resources: { requests: { cpu: '2' } } }),
    })
    expect([large.exitCode, large.troubles.map(({ level, check, why }) => [level, check, why])]).toEqual([
      1,
      [
        [
          'problem',
          'quota',
          'a pod of the template asks for more requests.cpu than the quota allows at all: tasks fail as capacity',
        ],
      ],
    ])
    const plain = await lookAt(backend, namespace)
    expect([plain.exitCode, plain.troubles.map(({ level, check, what }) => [level, check, what])]).toEqual([
      1,
      [['problem', 'quota', expect.stringContaining('failed quota: q: must specify requests.cpu for: base')]],
    ])
  })

  it('names a service account and a pull secret that are not there', async ({ api, backend, namespace }) => {
    const template = withSpec({ serviceAccountName: 'tasks', imagePullSecrets: [{ name: 'registry' }] })
    const missing = await lookAt(backend, namespace, { template })
    expect([missing.exitCode, missing.troubles.map(({ level, check }) => [level, check])]).toEqual([
      1,
      [
        ['problem', 'service account'],
        ['problem', 'pull secrets'],
      ],
    ])
    await api.post(inNamespace(namespace, 'serviceaccounts'), { metadata: { name: 'tasks' } })
    await api.post(inNamespace(namespace, 'secrets'), {
      metadata: { name: 'registry' },
      stringData: { token: 's3cret' },
    })
    const there = await lookAt(backend, namespace, { template })
    expect([there.exitCode, there.troubles]).toEqual([0, []])
    expect(there.stdout).not.toContain('s3cret')
    expect(there.stdout).not.toContain(Buffer.from('s3cret').toString('base64'))
  })

  it('shows what the server says of the template, with its field', async ({ backend, namespace }) => {
    const template = withSpec({ tolerations: [{ key: 'a', operator: 'Sometimes' }] })
    const { exitCode, troubles } = await lookAt(backend, namespace, { template })
    expect([exitCode, troubles.map(({ level, check, what }) => [level, check, what])]).toEqual([
      1,
      [['problem', 'template', expect.stringContaining('spec.tolerations[0].operator')]],
    ])
  })

  it('shows what the server warns of', async ({ backend, namespace }) => {
    const env = [1, 2].map((value) => ({ name: 'A', value: `${value}` }))
    const { troubles } = await lookAt(backend, namespace, {
      template: withSpec({ imagePullSecrets: [{ name: '' }] }, { env: env.slice(0, 1) }),
    })
    expect(troubles.map(({ level, what }) => [level, what])).toEqual([
      [
        'warning',
        'the server would take a pod of the template, and warns: spec.imagePullSecrets[0].name: invalid empty name ""',
      ],
    ])
  })

  it('takes a template with restarts and a name of its own, whose pod has neither', async ({ backend, namespace }) => {
    const template = { ...withSpec({ restartPolicy: 'Always' }), metadata: { name: 'mine', labels: { task_id: 'x' } } }
    const { exitCode, troubles } = await lookAt(backend, namespace, { template })
    expect([exitCode, troubles]).toEqual([0, []])
  })

  it('tells a template that is wrong by itself once, with its place, and looks at the rest', async ({
    backend,
    namespace,
  }) => {
    const { exitCode, troubles, json } = await lookAt(backend, namespace, { template: withSpec({ nodeSelectors: {} }) })
    expect([exitCode, troubles.map(({ check, what }) => [check, what])]).toEqual([
      1,
      [['template', expect.stringMatching(/pod\.yaml:\d+: spec\.nodeSelectors: unknown field/)]],
    ])
    expect(json.findings.map(({ check }) => check)).toContain('quota')
  })

  it('says that the certificate is of another authority', async ({ backend, namespace }) => {
    await using other = await (await import('@davit/devcluster')).startDevCluster({ runtime: 'scripted' })
    const [, authority = ''] = /certificate-authority-data: (\S+)/.exec(other.kubeconfig) ?? []
    const kubeconfig = backend.kubeconfig.replace(
      /certificate-authority-data: \S+/,
      `certificate-authority-data: ${authority}`,
    )
    const { exitCode, troubles, json } = await lookAt({ kubeconfig }, namespace)
    expect([exitCode, troubles.map(({ check, what }) => [check, what])]).toEqual([
      1,
      [['certificate', expect.stringMatching(/not signed by an authority that we trust/)]],
    ])
    expect(json.findings.map(({ check }) => check)).not.toContain('template')
  })

  it.for([
    ['https://127.0.0.1:9', 'nothing listens at 127.0.0.1 port 9 (ECONNREFUSED)'],
    [
      'https://no-such-host.invalid:6443',
      'the host name no-such-host.invalid of https://no-such-host.invalid:6443 has no address',
    ],
  ])('says that %s cannot be reached, and why', async ([server = '', what = ''], { backend }) => {
    const kubeconfig = backend.kubeconfig.replace(/server: \S+/, `server: ${server}`)
    const { exitCode, troubles } = await lookAt({ kubeconfig }, 'default')
    expect([exitCode, troubles.map((finding) => [finding.check, finding.what])]).toEqual([
      1,
      [['address', expect.stringContaining(what)]],
    ])
  })

  it('says that the server does not know our token, and shows it nowhere', async ({ backend }) => {
    const token = 'revoked-token-of-nobody'
    const kubeconfig = editKubeconfig(backend.kubeconfig, { token })
    const { exitCode, troubles, stdout } = await lookAt({ kubeconfig }, 'default')
    expect([exitCode, troubles.map(({ check, what }) => [check, what])]).toEqual([
      1,
      [['credentials', 'the server does not accept our credentials: Unauthorized']],
    ])
    expect(stdout).not.toContain(token)
  })

  it('ends with exit 2 when options or the kubeconfig are wrong', async ({ backend }) => {
    const wrong = await lookAt(backend, 'Not_A_Name')
    expect([wrong.exitCode, wrong.json]).toMatchObject([2, { error: { problems: [{ path: '--namespace' }] } }])
    const none = await runDoctor(['--kubeconfig', '/nowhere'])
    expect([none.exitCode, none.json]).toMatchObject([2, { error: { code: 'KUBE_CONFIG' } }])
  })

  it('looks at all namespaces that it is given', async ({ backend, newNamespace }) => {
    const [first, second] = [await newNamespace(), await newNamespace()]
    const { exitCode, json } = await lookAt(backend, first, { args: ['--namespace', second] })
    expect(exitCode).toBe(0)
    const looked = json.findings.filter(({ check }) => check === 'template').map(({ namespace }) => namespace)
    expect(new Set(looked)).toEqual(new Set([first, second]))
  })
})
