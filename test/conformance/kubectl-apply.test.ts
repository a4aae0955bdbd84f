import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'

const pod = ({ image = 'busybox:1', labels = '{set: "1"}' } = {}) => `apiVersion: v1
kind: Pod
metadata:
  name: a
  labels: ${labels}
spec:
  restartPolicy: Never
  schedulerName: nobody
  containers:
    - name: base
      image: ${image}
      command: [sh, -c, exit 3]
`

const configMap = (data: object) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data })

kubectlConformance('apply', {}, (it) => {
  it('creates, leaves unchanged, configures', async ({ kubectl }) => {
    const apply = (text: string, ...args: string[]) => kubectl.must(['apply', '-f', '-', ...args], text)
    expect(await apply(pod())).toBe('pod/a created\n')
    expect(await apply(pod())).toBe('pod/a unchanged\n')
    expect(await apply(pod({ image: 'busybox:2' }), '--dry-run=server')).toBe('pod/a configured (server dry run)\n')
    expect(await apply(pod({ image: 'busybox:2' }))).toBe('pod/a configured\n')
    expect(await kubectl.must(['get', 'pod', 'a', '-o', 'jsonpath={.spec.containers[0].image}'])).toBe('busybox:2')
  })

  it('removes what is no longer there, and leaves what others have set', async ({ kubectl }) => {
    const apply = (data: object) => kubectl.must(['apply', '-f', '-'], configMap(data))
    await apply({ a: '1', b: '1' })
    await kubectl.must(['patch', 'configmap', 'c', '--type=merge', '-p', '{"data":{"other":"1"}}'])
    expect(await apply({ a: '2' })).toBe('configmap/c configured\n')
    expect(JSON.parse(await kubectl.must(['get', 'configmap', 'c', '-o', 'jsonpath={.data}']))).toEqual({
      a: '2',
      other: '1',
    })
    const last = await kubectl.must(['apply', 'view-last-applied', 'configmap', 'c', '-o', 'json'])
    expect(JSON.parse(last).data).toEqual({ a: '2' })
  })

  it('takes over what create has made, with a warning', async ({ kubectl }) => {
    await kubectl.must(['create', '-f', '-'], configMap({ a: '1' }))
    expect(await kubectl.run(['apply', '-f', '-'], configMap({ a: '2' }))).toEqual({
      exitCode: 0,
      stdout: 'configmap/c configured\n',
      stderr:
        'Warning: resource configmaps/c is missing the kubectl.kubernetes.io/last-applied-configuration annotation which ' +
        'is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either ' +
        'kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n',
    })
  })

  it('applies several objects, and goes on after one is refused', async ({ kubectl }) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { b: '2' } }
    const texts = [configMap({ a: '1' }), pod({ labels: '{"a b": "1"}' }), JSON.stringify(secret)]
    const { exitCode, stdout, stderr } = await kubectl.run(['apply', '-f', '-'], texts.join('\n---\n'))
    expect([exitCode, stdout]).toEqual([1, 'configmap/c created\nsecret/s created\n'])
    expect(stderr).toMatch(/^The Pod "a" is invalid: metadata\.labels: Invalid value: "a b": /)
  })

  it('shows the difference, and whether there is one', async ({ kubectl }) => {
    const diff = async (text: string) => {
      const { exitCode, stdout, stderr } = await kubectl.run(['diff', '-f', '-'], text)
      return { exitCode, hunks: stdout.slice(stdout.indexOf('@@')), stderr }
    }
    expect(await diff(configMap({ a: '1' }))).toEqual({
      exitCode: 1,
      hunks: expect.stringMatching(
        /^@@ -0,0 \+1,9 @@\n\+apiVersion: v1\n\+data:\n\+ {2}a: "1"\n\+kind: ConfigMap\n\+metadata:\n\+ {2}creationTimestamp: \S+\n\+ {2}name: c\n\+ {2}namespace: \S+\n\+ {2}uid: \S+\n$/,
      ),
      stderr: '',
    })
    await kubectl.must(['apply', '-f', '-'], configMap({ a: '1' }))
    expect(await diff(configMap({ a: '1' }))).toEqual({ exitCode: 0, hunks: '', stderr: '' })
    expect(await diff(configMap({ a: '2' }))).toEqual({
      exitCode: 1,
      hunks:
        '@@ -1,6 +1,6 @@\n apiVersion: v1\n data:\n-  a: "1"\n+  a: "2"\n kind: ConfigMap\n metadata:\n   annotations:\n',
      stderr: '',
    })
    await kubectl.must(['apply', '-f', '-'], pod())
    const changed = await diff(pod({ image: 'busybox:2' }))
    expect(changed.exitCode).toBe(1)
    expect(changed.hunks.split('\n').filter((line) => /^[+-]/.test(line))).toEqual([
      '-  generation: 1',
      '+  generation: 2',
      '-    image: busybox:1',
      '+    image: busybox:2',
    ])
  })
})

kubectlConformance('apply on the server', { needs: ['serverSideApply'] }, (it) => {
  it('applies, and names who owns a field', async ({ kubectl }) => {
    const apply = (data: object, manager: string) =>
      kubectl.run(['apply', '-f', '-', '--server-side', `--field-manager=${manager}`], configMap(data))
    expect(await apply({ a: '1' }, 'one')).toMatchObject({ exitCode: 0, stdout: 'configmap/c serverside-applied\n' })
    expect(await apply({ a: '2' }, 'two')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(/^error: Apply failed with 1 conflict: conflict with "one": \.data\.a\n/),
    })
  })
})
