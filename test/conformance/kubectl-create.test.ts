import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { unboundPod } from '../support/test-pod.ts'

/** In YAML, as people write it. */
const yaml = (name: string) => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
spec:
  restartPolicy: Never
  schedulerName: nobody
  containers:
    - name: base
      image: busybox:1
      command: [sh, -c, exit 3]
`

kubectlConformance('create', {}, (it) => {
  it('creates from JSON, and from YAML', async ({ kubectl }) => {
    expect(await kubectl.create(unboundPod('a'))).toBe('pod/a created\n')
    expect(await kubectl.must(['create', '-f', '-'], yaml('b'))).toBe('pod/b created\n')
    expect(await kubectl.run(['create', '-f', '-'], yaml('b'))).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error from server (AlreadyExists): error when creating "STDIN": pods "b" already exists\n',
    })
  })

  it('creates what is in a List', async ({ kubectl }) => {
    const list = { apiVersion: 'v1', kind: 'List', items: [unboundPod('a'), unboundPod('b')] }
    expect(await kubectl.create(list)).toBe('pod/a created\npod/b created\n')
  })

  it('makes a name', async ({ kubectl }) => {
    const { name: _, ...metadata } = { ...unboundPod('').metadata, generateName: 'a-' }
    const pod = { ...unboundPod(''), metadata }
    expect(await kubectl.create(pod)).toMatch(/^pod\/a-[bcdfghjklmnpqrstvwxz2456789]{5} created\n$/)
  })

  it('runs a pod of a few words', async ({ kubectl }) => {
    const run = ['run', 'c', '--image=busybox:1', '--restart=Never', '--env=A=1', '--labels=x=1']
    const override = `--overrides={"spec":{"schedulerName":"nobody"}}`
    expect(await kubectl.must([...run, override, '--', 'sh', '-c', 'true'])).toBe('pod/c created\n')
    expect(JSON.parse(await kubectl.must(['get', 'pod', 'c', '-o', 'json']))).toMatchObject({
      metadata: { labels: { x: '1' } },
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'c',
            image: 'busybox:1',
            args: ['sh', '-c', 'true'],
            env: [{ name: 'A', value: '1' }],
            resources: {},
          },
        ],
      },
    })
  })

  it('says which fields are unknown, and which are wrong', async ({ kubectl }) => {
    const refused = async (text: string, ...args: string[]) => {
      const { exitCode, stdout, stderr } = await kubectl.run(['create', '-f', '-', ...args], text)
      return [exitCode, stdout, stderr]
    }
    const unknown = yaml('b').replace('restartPolicy', 'restartPolicies')
    expect(await refused(unknown)).toEqual([
      1,
      '',
      'Error from server (BadRequest): error when creating "STDIN": Pod in version "v1" cannot be handled as a Pod: ' +
        'strict decoding error: unknown field "spec.restartPolicies"\n',
    ])
    expect(await refused(unknown, '--validate=warn')).toEqual([
      0,
      'pod/b created\n',
      'Warning: unknown field "spec.restartPolicies"\n',
    ])
    expect(await refused(yaml('Bad'))).toEqual([
      1,
      '',
      'The Pod "Bad" is invalid: metadata.name: Invalid value: "Bad": a lowercase RFC 1123 subdomain must consist of ' +
        "lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. " +
        "'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')\n",
    ])
    expect(await refused(yaml('d').replace('Never', 'Sometimes'))).toEqual([
      1,
      '',
      'The Pod "d" is invalid: spec.restartPolicy: Unsupported value: "Sometimes": supported values: ' +
        '"Always", "OnFailure", "Never"\n',
    ])
  })

  it('creates nothing in a dry run', async ({ kubectl }) => {
    const dryRun = '--dry-run=server'
    expect(await kubectl.must(['create', '-f', '-', dryRun], yaml('b'))).toBe('pod/b created (server dry run)\n')
    expect(await kubectl.must(['apply', '-f', '-', dryRun], yaml('b'))).toBe('pod/b created (server dry run)\n')
    const answered = await kubectl.must(['create', '-f', '-', dryRun, '-o', 'json'], yaml('b'))
    expect(JSON.parse(answered)).toMatchObject({ spec: { dnsPolicy: 'ClusterFirst' }, status: { phase: 'Pending' } })
    expect(await kubectl.must(['get', 'pods', '-o', 'name'])).toBe('')
    const refused = await kubectl.run(['create', '-f', '-', dryRun], yaml('Bad'))
    expect([refused.exitCode, refused.stderr]).toEqual([1, expect.stringMatching(/^The Pod "Bad" is invalid: /)])
  })

  // These it sends in protobuf.
  it('makes objects of literals', async ({ kubectl }) => {
    expect(await kubectl.must(['create', 'configmap', 'c', '--from-literal=a=1'])).toBe('configmap/c created\n')
    expect(await kubectl.must(['create', 'secret', 'generic', 's', '--from-literal=b=2'])).toBe('secret/s created\n')
    expect(await kubectl.must(['create', 'serviceaccount', 'x'])).toBe('serviceaccount/x created\n')
    const read = (what: string, key: string) => kubectl.must(['get', what, '-o', `jsonpath={.data.${key}}`])
    expect([await read('configmap/c', 'a'), await read('secret/s', 'b')]).toEqual(['1', 'Mg=='])
  })

  it('makes and deletes namespaces', async ({ kubectl, namespace }) => {
    const name = `${namespace.slice(0, 50)}-made`
    expect(await kubectl.must(['create', 'namespace', name])).toBe(`namespace/${name} created\n`)
    expect(await kubectl.must(['delete', 'namespace', name])).toBe(`namespace "${name}" deleted\n`)
    expect(await kubectl.run(['get', 'namespace', name])).toMatchObject({
      exitCode: 1,
      stderr: `Error from server (NotFound): namespaces "${name}" not found\n`,
    })
    expect(await kubectl.run(['create', '-n', name, '-f', '-'], yaml('a'))).toMatchObject({
      exitCode: 1,
      stderr: `Error from server (NotFound): error when creating "STDIN": namespaces "${name}" not found\n`,
    })
  })
})
