import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { eventually } from '../support/eventually.ts'
import { kubectlOn } from '../support/run-kubectl.ts'
import { scriptAnnotations } from '../support/scripted-pod.ts'
import { unboundPod } from '../support/test-pod.ts'

const lines = ['first line of a scripted container', 'second line of a scripted container']

type NodeSelector = Readonly<Record<string, string>>

/** Runs until it is deleted and prints two lines: as a process by its command, on a scripted node by its annotations. */
const talking = (name: string, nodeSelector: NodeSelector, labels: Record<string, string> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, labels, annotations: scriptAnnotations({ hold: true }) },
  spec: {
    restartPolicy: 'Never',
    nodeSelector,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'base',
        image: 'busybox:1',
        command: ['sh', '-c', `echo ${lines[0]}; echo ${lines[1]}; trap 'exit 0' TERM; while :; do sleep 0.1; done`],
      },
    ],
  },
})

/** The same kind of pod, in YAML, and one that fails with 3. */
const yaml = (name: string, nodeSelector: NodeSelector, image = 'busybox:1') => `apiVersion: v1
kind: Pod
metadata:
  name: ${name}
  annotations:
    script.davit/run-ms: "50"
    script.davit/exit-code: "3"
spec:
  restartPolicy: Never
  nodeSelector: ${JSON.stringify(nodeSelector)}
  containers:
    - name: base
      image: ${image}
      command: [sh, -c, exit 3]
`

conformance('kubectl', { runtime: 'process' }, (plainIt) => {
  const it = plainIt
    .extend('nodeSelector', async ({ backend }) => backend.nodeSelector)
    .extend('kubectl', async ({ backend }, { onCleanup }) => {
      const kubectl = await kubectlOn(backend)
      onCleanup(() => kubectl[Symbol.asyncDispose]())
      return kubectl
    })

  it('tells the versions of both sides', async ({ kubectl }) => {
    const version = JSON.parse(await kubectl.must(['version', '-o', 'json']))
    expect(version).toMatchObject({ clientVersion: { major: '1' }, serverVersion: { major: '1' } })
  })

  it('finds resources by discovery', async ({ kubectl }) => {
    const listed = await kubectl.must(['api-resources', '--api-group=', '-o', 'name'])
    expect(listed.trim().split('\n')).toEqual(
      expect.arrayContaining(['pods', 'namespaces', 'nodes', 'events', 'configmaps', 'secrets', 'serviceaccounts']),
    )
    expect(await kubectl.run(['get', 'nonsense'])).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(`the server doesn't have a resource type "nonsense"`),
    })
  })

  it('asks who it is, and what it may do', async ({ kubectl, namespace }) => {
    expect(await kubectl.must(['auth', 'can-i', 'create', 'pods', '-n', namespace])).toBe('yes\n')
    expect(await kubectl.must(['auth', 'whoami'])).toMatch(/^Username +\S+$/m)
  })

  it('shows quotas', async ({ kubectl, namespace }) => {
    const quota = ['create', 'quota', 'q', '-n', namespace, '--hard=pods=0,count/configmaps=9']
    expect(await kubectl.must(quota)).toBe('resourcequota/q created\n')
    await eventually(async () =>
      /^q +count\/configmaps: 1\/9, pods: 0\/0 /m.test(await kubectl.must(['get', 'quota', '-n', namespace])),
    )
    expect(await kubectl.must(['describe', 'namespace', namespace])).toMatch(/^ {2}pods +0 +0$/m)
    const refused = await kubectl.run(['run', 'p', '-n', namespace, '--image=busybox:1'])
    expect(refused.stderr).toBe(
      'Error from server (Forbidden): pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0\n',
    )
  })

  it('creates from JSON, and from YAML', async ({ kubectl, namespace, nodeSelector }) => {
    const inNamespace = ['-n', namespace]
    expect(await kubectl.must(['create', ...inNamespace, '-f', '-'], JSON.stringify(talking('a', nodeSelector)))).toBe(
      'pod/a created\n',
    )
    expect(await kubectl.must(['create', ...inNamespace, '-f', '-'], yaml('b', nodeSelector))).toBe('pod/b created\n')
    expect(await kubectl.run(['create', ...inNamespace, '-f', '-'], yaml('b', nodeSelector))).toMatchObject({
      exitCode: 1,
      stderr: 'Error from server (AlreadyExists): error when creating "STDIN": pods "b" already exists\n',
    })
    const run = ['run', 'c', ...inNamespace, '--image=busybox:1', '--restart=Never', '--', 'true']
    expect(await kubectl.must(run)).toBe('pod/c created\n')
  })

  it('says which fields are unknown', async ({ kubectl, namespace, nodeSelector }) => {
    const wrong = yaml('b', nodeSelector).replace('restartPolicy', 'restartPolicies')
    const { exitCode, stderr } = await kubectl.run(['create', '-n', namespace, '-f', '-'], wrong)
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('unknown field "spec.restartPolicies"')])
  })

  it('gets and lists: names, tables, JSON, by selectors', async ({ kubectl, namespace, nodeSelector }) => {
    const get = (...args: string[]) => kubectl.must(['get', 'pods', '-n', namespace, ...args])
    for (const [name, set] of [
      ['a', '1'],
      ['b', '2'],
    ] as const) {
      await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify(talking(name, nodeSelector, { set })))
      await kubectl.must(['wait', '-n', namespace, `pod/${name}`, '--for=condition=Ready', '--timeout=15s'])
    }
    expect(await get('-o', 'name')).toBe('pod/a\npod/b\n')
    expect(await get('-o', 'name', '-l', 'set=2')).toBe('pod/b\n')
    expect(await get('-o', 'name', '--field-selector=metadata.name!=b')).toBe('pod/a\n')
    expect(await get('-o', 'jsonpath={.items[*].status.phase}')).toBe('Running Running')
    const table = (await get()).trim().split('\n')
    expect(table[0]).toMatch(/^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE$/)
    expect(table.slice(1)).toEqual([
      expect.stringMatching(/^a\s+1\/1\s+Running\s+0\s+\d+s$/),
      expect.stringMatching(/^b\s+1\/1\s+Running\s+0\s+\d+s$/),
    ])
    const wide = (await get('-o', 'wide', '--show-labels')).split('\n')[0]
    expect(wide).toMatch(
      /^NAME\s+READY\s+STATUS\s+RESTARTS\s+AGE\s+IP\s+NODE\s+NOMINATED NODE\s+READINESS GATES\s+LABELS$/,
    )
    expect(await kubectl.must(['get', 'pods', '-A', '-o', 'name'])).toContain('pod/a\n')
    expect(await kubectl.run(['get', 'pod', 'nope', '-n', namespace])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): pods "nope" not found\n',
    })
    expect(await kubectl.must(['get', 'namespace', namespace, '-o', 'name'])).toBe(`namespace/${namespace}\n`)
    expect(await kubectl.must(['get', 'nodes', '-o', 'name'])).toMatch(/^node\/\S+\n/)
  })

  it('pages through long lists', async ({ kubectl, namespace }) => {
    const names = Array.from({ length: 7 }, (_, index) => `p${index}`)
    const pods = names.map((name) => JSON.stringify(unboundPod(name)))
    await kubectl.must(['create', '-n', namespace, '-f', '-'], pods.join('\n---\n'))
    const listed = await kubectl.must(['get', 'pods', '-n', namespace, '--chunk-size=3', '-o', 'name'])
    expect(listed.trim().split('\n')).toEqual(names.map((name) => `pod/${name}`))
  })

  it('watches', async ({ kubectl, namespace, nodeSelector }) => {
    const format = '-o=jsonpath={.metadata.name} {.status.phase}{"\\n"}'
    const seen: string[] = []
    const created = kubectl.must(['create', '-n', namespace, '-f', '-'], yaml('b', nodeSelector))
    for await (const line of kubectl.lines(['get', 'pods', '-n', namespace, '--watch', format])) {
      seen.push(line)
      if (line === 'b Failed') break
    }
    await created
    expect(seen.filter((line, index) => line !== seen[index - 1]).at(-1)).toBe('b Failed')
  })

  it('describes, with events', async ({ kubectl, namespace, nodeSelector }) => {
    await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify(talking('a', nodeSelector, { set: '1' })))
    await kubectl.must(['wait', '-n', namespace, 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const text = await kubectl.must(['describe', 'pod', 'a', '-n', namespace])
    for (const line of [
      /^Name:\s+a$/m,
      /^Labels:\s+set=1$/m,
      /^Node:\s+\S+\/[\d.]+$/m,
      /^Status:\s+Running$/m,
      /^\s+Image:\s+busybox:1$/m,
      /^\s+State:\s+Running$/m,
      /^\s+Ready:\s+True$/m,
      /^QoS Class:\s+BestEffort$/m,
      /^\s+Normal\s+Scheduled\s+\S+\s+\S+\s+Successfully assigned \S+\/a to \S+$/m,
    ]) {
      expect(text).toMatch(line)
    }
    expect(await kubectl.must(['get', 'events', '-n', namespace, '-o', 'jsonpath={.items[*].reason}'])).toContain(
      'Scheduled',
    )
    expect(await kubectl.must(['events', '-n', namespace, '--for', 'pod/a'])).toContain('Successfully assigned')
  })

  it('reads logs', async ({ kubectl, namespace, nodeSelector }) => {
    await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify(talking('a', nodeSelector)))
    await kubectl.must(['wait', '-n', namespace, 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    await expect.poll(() => kubectl.must(['logs', 'a', '-n', namespace])).toBe(`${lines.join('\n')}\n`)
    expect(await kubectl.must(['logs', 'a', '-n', namespace, '--tail=1'])).toBe(`${lines[1]}\n`)
    expect((await kubectl.run(['logs', 'a', '-n', namespace, '-c', 'nope'])).stderr).toContain(
      'container nope is not valid for pod a',
    )
  })

  it('follows logs', async ({ kubectl, namespace, nodeSelector }) => {
    await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify(talking('a', nodeSelector)))
    await kubectl.must(['wait', '-n', namespace, 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const followed: string[] = []
    for await (const line of kubectl.lines(['logs', '-f', 'a', '-n', namespace])) {
      followed.push(line)
      if (followed.length === lines.length) break
    }
    expect(followed).toEqual(lines)
  })

  it('patches, labels and annotates', async ({ kubectl, namespace, nodeSelector }) => {
    await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify(talking('a', nodeSelector, { set: '1' })))
    const patch = (type: string, text: string) =>
      kubectl.must(['patch', 'pod', 'a', '-n', namespace, '--type', type, '-p', text])
    expect(await patch('merge', '{"metadata":{"labels":{"m":"1"}}}')).toBe('pod/a patched\n')
    expect(await patch('merge', '{"metadata":{"labels":{"m":"1"}}}')).toBe('pod/a patched (no change)\n')
    await patch('json', '[{"op":"remove","path":"/metadata/labels/set"}]')
    await patch('strategic', '{"spec":{"containers":[{"name":"base","image":"busybox:2"}]}}')
    expect(await kubectl.must(['label', 'pod', 'a', '-n', namespace, 'l=2'])).toBe('pod/a labeled\n')
    expect(await kubectl.must(['annotate', 'pod', 'a', '-n', namespace, 'n=3'])).toBe('pod/a annotated\n')
    const pod: Pod = JSON.parse(await kubectl.must(['get', 'pod', 'a', '-n', namespace, '-o', 'json']))
    expect(pod.metadata?.labels).toEqual({ m: '1', l: '2' })
    expect(pod.metadata?.annotations).toMatchObject({ n: '3' })
    expect(pod.spec?.containers[0]?.image).toBe('busybox:2')
  })

  it('applies: created, unchanged, configured', async ({ kubectl, namespace, nodeSelector }) => {
    const apply = (image?: string) => kubectl.run(['apply', '-n', namespace, '-f', '-'], yaml('b', nodeSelector, image))
    const said = async (image?: string) => (await apply(image)).stdout
    expect([await said(), await said(), await said('busybox:2')]).toEqual([
      'pod/b created\n',
      'pod/b unchanged\n',
      'pod/b configured\n',
    ])
    expect(await kubectl.must(['get', 'pod', 'b', '-n', namespace, '-o', 'jsonpath={.spec.containers[0].image}'])).toBe(
      'busybox:2',
    )
  })

  it('waits, and deletes', async ({ kubectl, namespace, nodeSelector }) => {
    const inNamespace = ['-n', namespace]
    await kubectl.must(['create', ...inNamespace, '-f', '-'], JSON.stringify(talking('a', nodeSelector, { set: '1' })))
    await kubectl.must(['create', ...inNamespace, '-f', '-'], JSON.stringify(talking('c', nodeSelector, { set: '2' })))
    await kubectl.must(['create', ...inNamespace, '-f', '-'], yaml('b', nodeSelector))
    const failed = '--for=jsonpath={.status.phase}=Failed'
    expect(await kubectl.must(['wait', ...inNamespace, 'pod/b', failed, '--timeout=15s'])).toBe('pod/b condition met\n')
    await kubectl.must(['wait', ...inNamespace, 'pod/a', 'pod/c', '--for=condition=Ready', '--timeout=15s'])
    expect(await kubectl.must(['delete', 'pod', 'b', ...inNamespace])).toMatch(/^pod "b" deleted/)
    expect(await kubectl.must(['delete', 'pods', '-l', 'set=1', ...inNamespace])).toMatch(/^pod "a" deleted/)
    expect(await kubectl.must(['get', 'pods', ...inNamespace, '-o', 'name'])).toBe('pod/c\n')
    expect((await kubectl.run(['delete', 'pod', 'c', ...inNamespace, '--grace-period=0', '--force'])).exitCode).toBe(0)
    expect(await kubectl.must(['get', 'pods', ...inNamespace, '-o', 'name'])).toBe('')
    expect((await kubectl.run(['delete', 'pod', 'nope', ...inNamespace])).stderr).toBe(
      'Error from server (NotFound): pods "nope" not found\n',
    )
  })

  it('creates what is in a List', async ({ kubectl, namespace }) => {
    const list = { apiVersion: 'v1', kind: 'List', items: [unboundPod('a'), unboundPod('b')] }
    const created = await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify(list))
    expect(created).toBe('pod/a created\npod/b created\n')
  })

  // These it sends in protobuf.
  it('makes configmaps and secrets of literals', async ({ kubectl, namespace }) => {
    await kubectl.must(['create', 'configmap', 'c', '-n', namespace, '--from-literal=a=1'])
    await kubectl.must(['create', 'secret', 'generic', 's', '-n', namespace, '--from-literal=b=2'])
    const read = (what: string, key: string) =>
      kubectl.must(['get', what, '-n', namespace, '-o', `jsonpath={.data.${key}}`])
    expect([await read('configmap/c', 'a'), await read('secret/s', 'b')]).toEqual(['1', 'Mg=='])
  })

  it('applies several objects', async ({ kubectl, namespace }) => {
    const object = (kind: string, name: string, data: object) =>
      JSON.stringify({ apiVersion: 'v1', kind, metadata: { name }, ...data })
    const texts = [object('ConfigMap', 'c', { data: { a: '1' } }), object('Secret', 's', { stringData: { b: '2' } })]
    const applied = await kubectl.must(['apply', '-n', namespace, '-f', '-'], texts.join('\n---\n'))
    expect(applied).toBe('configmap/c created\nsecret/s created\n')
  })
})

conformance('kubectl and a log that ends', { runtime: 'process', needs: ['followedLogs'] }, (it) => {
  it('follows it to its end', async ({ backend, namespace }) => {
    const { nodeSelector } = backend
    await using kubectl = await kubectlOn(backend)
    const pod = talking('a', nodeSelector)
    const command = ['sh', '-c', `echo ${lines[0]}; sleep 0.5; echo ${lines[1]}`]
    const spec = { restartPolicy: 'Never', nodeSelector, containers: [{ name: 'base', image: 'busybox:1', command }] }
    await kubectl.must(['create', '-n', namespace, '-f', '-'], JSON.stringify({ ...pod, spec }))
    await kubectl.must(['wait', '-n', namespace, 'pod/a', '--for=condition=Initialized', '--timeout=15s'])
    await expect
      .poll(() => kubectl.run(['logs', '-f', 'a', '-n', namespace]), { timeout: 15_000 })
      .toMatchObject({
        exitCode: 0,
        stdout: `${lines.join('\n')}\n`,
      })
  })
})
