import { expect } from 'vitest'
import { inNamespace } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { containerStatus } from '../support/container-states.ts'
import { eventually } from '../support/eventually.ts'
import { outputOf } from '../support/pod-output.ts'
import { createPod, readPod, untilPhase } from '../support/pods-by-api.ts'
import { shellPod } from '../support/process-pod.ts'
import type { RawApi } from '../support/raw-api.ts'

/** Prints a variable's value, or says that there is none. */
const show = (...names: string[]) => names.map((name) => `echo "${name}=\${${name}-unset}"`).join('; ')

async function putConfigMap(api: RawApi, namespace: string, name: string, data: Record<string, string>) {
  const { status } = await api.post(inNamespace(namespace, 'configmaps'), { metadata: { name }, data })
  expect(status).toBe(201)
}

async function putSecret(api: RawApi, namespace: string, name: string, stringData: Record<string, string>) {
  const { status } = await api.post(inNamespace(namespace, 'secrets'), { metadata: { name }, stringData })
  expect(status).toBe(201)
}

conformance('environment', { runtime: 'process', concurrent: true }, (it) => {
  it('expands references to what comes before', async ({ api, backend, namespace }) => {
    const env = [
      { name: 'A', value: 'a b' },
      { name: 'B', value: '$(A) $(LATER) $$(A) $(NOT) $A' },
      { name: 'LATER', value: 'x' },
      { name: 'EMPTY', value: '' },
    ]
    const output = await outputOf(
      api,
      namespace,
      shellPod(backend, 'p', show('A', 'B', 'LATER', 'EMPTY', 'OTHER'), { container: { env } }),
    )
    expect(output.split('\n')).toEqual([
      'A=a b',
      'B=a b $(LATER) $(A) $(NOT) $A',
      'LATER=x',
      'EMPTY=',
      'OTHER=unset',
      '',
    ])
  })

  it('expands references in command and args, and leaves the rest alone', async ({ api, backend, namespace }) => {
    const container = {
      command: ['printf', '[%s]'],
      args: ['a b', "it's", '"$HOME"', '$(X)', '$$(X)', '$(NOT)', '*', ''],
      env: [{ name: 'X', value: '$(not) again' }],
    }
    const output = await outputOf(api, namespace, shellPod(backend, 'p', '', { container }))
    expect(output).toBe('[a b][it\'s]["$HOME"][$(not) again][$(X)][$(NOT)][*][]')
  })

  it('keeps names and values as they are', async ({ api, backend, namespace }) => {
    const env = [
      { name: 'with.dots-and-dashes', value: '1' },
      { name: 'LINES_', value: `two\nlines, ünïcode, quotes ' "` },
    ]
    const output = await outputOf(api, namespace, shellPod(backend, 'p', '', { container: { env, command: ['env'] } }))
    expect(output).toContain(`LINES_=two\nlines, ünïcode, quotes ' "\n`)
    expect(output).toContain('with.dots-and-dashes=1\n')
  })

  it('tells of the pod itself', async ({ api, backend, namespace }) => {
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } })
    const env = [
      field('NAME', 'metadata.name'),
      field('NAMESPACE', 'metadata.namespace'),
      field('POD_UID', 'metadata.uid'),
      field('LABEL', `metadata.labels['color']`),
      field('NOTE', `metadata.annotations['davit.test/note']`),
      field('NO_LABEL', `metadata.labels['nope']`),
      field('NODE', 'spec.nodeName'),
      field('ACCOUNT', 'spec.serviceAccountName'),
      field('POD_IP', 'status.podIP'),
      field('HOST_IP', 'status.hostIP'),
    ]
    const output = await outputOf(
      api,
      namespace,
      shellPod(backend, 'p', show(...env.map(({ name }) => name), 'HOSTNAME'), {
        labels: { color: 'blue' },
        annotations: { 'davit.test/note': 'two words' },
        container: { env },
      }),
    )
    const pod = await readPod(api, namespace, 'p')
    expect(output.trimEnd().split('\n')).toEqual([
      'NAME=p',
      `NAMESPACE=${namespace}`,
      `POD_UID=${pod?.metadata.uid}`,
      'LABEL=blue',
      'NOTE=two words',
      'NO_LABEL=',
      `NODE=${pod?.spec?.nodeName}`,
      'ACCOUNT=default',
      `POD_IP=${pod?.status.podIP}`,
      `HOST_IP=${pod?.status.hostIP}`,
      'HOSTNAME=p',
    ])
  })

  it('tells of the container’s resources', async ({ api, backend, namespace }) => {
    const field = (name: string, resource: string, divisor?: string) => ({
      name,
      valueFrom: { resourceFieldRef: { resource, ...(divisor !== undefined && { divisor }) } },
    })
    const env = [
      field('CPU', 'limits.cpu'),
      field('CPU_MILLI', 'limits.cpu', '1m'),
      field('CPU_REQUEST', 'requests.cpu', '1m'),
      field('MEMORY', 'limits.memory'),
      field('MEMORY_MI', 'requests.memory', '1Mi'),
    ]
    const resources = { limits: { cpu: '1500m', memory: '64Mi' }, requests: { cpu: '10m', memory: '10Mi' } }
    const output = await outputOf(
      api,
      namespace,
      shellPod(backend, 'p', show(...env.map(({ name }) => name)), { container: { env, resources } }),
    )
    expect(output.trimEnd().split('\n')).toEqual([
      'CPU=2',
      'CPU_MILLI=1500',
      'CPU_REQUEST=10',
      'MEMORY=67108864',
      'MEMORY_MI=10',
    ])
  })

  it('takes values from maps and secrets', async ({ api, backend, namespace }) => {
    await putConfigMap(api, namespace, 'settings', { color: 'blue', 'file.txt': 'text' })
    await putSecret(api, namespace, 'login', { password: 'pa$$word $(X)' })
    const container = {
      env: [
        { name: 'COLOR', valueFrom: { configMapKeyRef: { name: 'settings', key: 'color' } } },
        { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
        { name: 'NONE', valueFrom: { secretKeyRef: { name: 'nope', key: 'x', optional: true } } },
        { name: 'NO_KEY', valueFrom: { configMapKeyRef: { name: 'settings', key: 'x', optional: true } } },
      ],
      envFrom: [
        { prefix: 'S_', configMapRef: { name: 'settings' } },
        { secretRef: { name: 'login' } },
        { configMapRef: { name: 'nope', optional: true } },
      ],
    }
    const names = ['COLOR', 'PASSWORD', 'NONE', 'NO_KEY', 'S_color', 'password', 'color']
    const output = await outputOf(api, namespace, shellPod(backend, 'p', show(...names), { container }))
    expect(output.trimEnd().split('\n')).toEqual([
      'COLOR=blue',
      'PASSWORD=pa$$word $(X)',
      'NONE=unset',
      'NO_KEY=unset',
      'S_color=blue',
      'password=pa$$word $(X)',
      'color=unset',
    ])
  })

  it.for<readonly [source: object, message: (namespace: string) => string]>([
    [{ configMapKeyRef: { name: 'nope', key: 'x' } }, () => 'configmap "nope" not found'],
    [{ secretKeyRef: { name: 'nope', key: 'x' } }, () => 'secret "nope" not found'],
    [{ configMapKeyRef: { name: 'settings', key: 'x' } }, (ns) => `couldn't find key x in ConfigMap ${ns}/settings`],
    [{ secretKeyRef: { name: 'login', key: 'x' } }, (ns) => `couldn't find key x in Secret ${ns}/login`],
  ])('CreateContainerConfigError: %j', async ([valueFrom, message], { api, backend, namespace }) => {
    await putConfigMap(api, namespace, 'settings', { color: 'blue' })
    await putSecret(api, namespace, 'login', { password: '1' })
    const container = { env: [{ name: 'A', valueFrom }] }
    await createPod(api, namespace, shellPod(backend, 'p', 'true', { container }))
    await eventually(
      async () => {
        const pod = await readPod(api, namespace, 'p')
        return pod?.status.containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError'
      },
      { withinMs: 30_000 },
    )
    const pod = await untilPhase(api, namespace, 'p', 'Pending')
    expect(containerStatus(pod).state?.waiting?.message).toBe(message(namespace))
  })

  it('begins where workingDir says, which is made when it is missing', async ({ api, backend, namespace }) => {
    const container = { workingDir: '/davit-test/work' }
    expect(await outputOf(api, namespace, shellPod(backend, 'p', 'pwd; touch here; ls', { container }))).toBe(
      '/davit-test/work\nhere\n',
    )
  })
})
