import type { Event, EventList, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { inNamespace, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { containerStatus, stateText } from '../support/container-states.ts'
import { eventually } from '../support/eventually.ts'
import { logOf, outputOf } from '../support/pod-output.ts'
import { createPod, readPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'
import type { RawApi } from '../support/raw-api.ts'

type Volume = NonNullable<PodSpec['volumes']>[number]

/** Where the cases mount their volume. */
const mountPath = '/davit-test/volume'

/** A volume, mounted in container `base`. */
const mounted = (volume: Omit<Volume, 'name'>, more: object = {}) => ({
  spec: { volumes: [{ name: 'v', ...volume }] },
  container: { volumeMounts: [{ name: 'v', mountPath, ...more }] },
})

const create = async (api: RawApi, namespace: string, plural: string, object: object) => {
  const { status, text } = await api.post(inNamespace(namespace, plural), object)
  if (status !== 201) throw new Error(`refused: ${text}`)
}

conformance('volumes', { runtime: 'process', concurrent: true }, (it) => {
  it('emptyDir: shared by the containers, and kept when one is restarted', async ({ api, backend, namespace }) => {
    const volumeMounts = [{ name: 'v', mountPath }]
    const script = `echo again >> ${mountPath}/file; [ $(wc -l < ${mountPath}/file) = 3 ] && cat ${mountPath}/file`
    const pod = shellPod(backend, 'p', script, {
      container: { volumeMounts },
      spec: {
        restartPolicy: 'OnFailure',
        volumes: [{ name: 'v', emptyDir: {} }],
        initContainers: [shellContainer('init', `echo first > ${mountPath}/file`, { volumeMounts })],
      },
    })
    expect(await outputOf(api, namespace, pod)).toBe('first\nagain\nagain\n')
  })

  it('configMap: a file for each key, as links to one folder', async ({ api, backend, namespace }) => {
    await create(api, namespace, 'configmaps', {
      metadata: { name: 'c' },
      data: { 'app.conf': 'level=1\n', name: 'blue' },
      binaryData: { raw: 'AAH/' },
    })
    const script = `cd ${mountPath}; for f in *; do echo "$f"; done; cat app.conf name; echo; wc -c < raw; readlink app.conf; stat -L -c %a name`
    expect(await outputOf(api, namespace, shellPod(backend, 'p', script, mounted({ configMap: { name: 'c' } })))).toBe(
      'app.conf\nname\nraw\nlevel=1\nblue\n3\n..data/app.conf\n644\n',
    )
  })

  it('configMap: chosen keys at chosen paths with chosen modes', async ({ api, backend, namespace }) => {
    await create(api, namespace, 'configmaps', { metadata: { name: 'c' }, data: { a: '1', b: '2', c: '3' } })
    const configMap = {
      name: 'c',
      defaultMode: 0o440,
      items: [
        { key: 'a', path: 'deep/er/a.txt' },
        { key: 'b', path: 'b.txt', mode: 0o500 },
      ],
    }
    const script = `cd ${mountPath}; find -L b.txt deep -type f | sort; stat -L -c %a deep/er/a.txt b.txt`
    expect(await outputOf(api, namespace, shellPod(backend, 'p', script, mounted({ configMap })))).toBe(
      'b.txt\ndeep/er/a.txt\n440\n500\n',
    )
  })

  it('secret: decoded', async ({ api, backend, namespace }) => {
    await create(api, namespace, 'secrets', { metadata: { name: 's' }, stringData: { password: 'pa$$word' } })
    const pod = shellPod(
      backend,
      'p',
      `cat ${mountPath}/password; stat -L -c ' %a' ${mountPath}/password`,
      mounted({ secret: { secretName: 's', defaultMode: 0o400 } }),
    )
    expect(await outputOf(api, namespace, pod)).toBe('pa$$word 400\n')
  })

  it('downwardAPI: what the pod says of itself', async ({ api, backend, namespace }) => {
    const items = [
      { path: 'name', fieldRef: { fieldPath: 'metadata.name' } },
      { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
      { path: 'annotations', fieldRef: { fieldPath: 'metadata.annotations' } },
      { path: 'memory', resourceFieldRef: { containerName: 'base', resource: 'limits.memory', divisor: '1Ki' } },
    ]
    const { spec, container } = mounted({ downwardAPI: { items } })
    const pod = shellPod(
      backend,
      'p',
      `cd ${mountPath}; for f in name labels annotations memory; do cat $f; echo; done`,
      {
        spec,
        container: { ...container, resources: { limits: { memory: '64Mi' } } },
        labels: { b: '2', a: '1' },
        annotations: { note: 'two "quoted"\nlines' },
      },
    )
    const output = await outputOf(api, namespace, pod)
    expect(output.split('\n').filter((line) => !line.startsWith('kubernetes.io/'))).toEqual([
      'p',
      'a="1"',
      'b="2"',
      'note="two \\"quoted\\"\\nlines"',
      '65536',
      '',
    ])
  })

  it('projected: several sources in one folder', async ({ api, backend, namespace }) => {
    await create(api, namespace, 'configmaps', { metadata: { name: 'c' }, data: { a: '1' } })
    await create(api, namespace, 'secrets', { metadata: { name: 's' }, stringData: { b: '2' } })
    const projected = {
      sources: [
        { configMap: { name: 'c' } },
        { secret: { name: 's', items: [{ key: 'b', path: 'sub/b' }] } },
        { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        { configMap: { name: 'nope', optional: true } },
      ],
    }
    const script = `cd ${mountPath}; cat a sub/b name`
    expect(await outputOf(api, namespace, shellPod(backend, 'p', script, mounted({ projected })))).toBe('12p')
  })

  it('readOnly: cannot be written', async ({ api, backend, namespace }) => {
    const script = `touch ${mountPath}/x 2>/dev/null || echo refused`
    const options = mounted({ emptyDir: {} }, { readOnly: true })
    expect(await outputOf(api, namespace, shellPod(backend, 'p', script, options))).toBe('refused\n')
  })

  it('subPath: one file or folder of a volume', async ({ api, backend, namespace }) => {
    await create(api, namespace, 'configmaps', { metadata: { name: 'c' }, data: { a: '1', b: '2' } })
    const pod = shellPod(backend, 'p', `cat ${mountPath}; ls /davit-test`, {
      spec: { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
      container: { volumeMounts: [{ name: 'v', mountPath, subPath: 'b' }] },
    })
    expect(await outputOf(api, namespace, pod)).toBe('2volume\n')
  })

  it('hostPath: a folder of the machine', async ({ api, backend, namespace }) => {
    const options = mounted({ hostPath: { path: '/proc/sys/kernel', type: 'Directory' } }, { readOnly: true })
    const ostype = await outputOf(api, namespace, shellPod(backend, 'p', `cat ${mountPath}/ostype`, options))
    expect(ostype).toBe('Linux\n')
  })

  it('a missing source keeps the pod waiting, and an event says why, until it is there', async ({
    api,
    backend,
    namespace,
  }) => {
    const pod = shellPod(backend, 'p', `cat ${mountPath}/a`, mounted({ configMap: { name: 'late' } }))
    await createPod(api, namespace, pod)
    const query = { fieldSelector: 'involvedObject.name=p,reason=FailedMount' }
    const events = withQuery(inNamespace(namespace, 'events'), query)
    const event: Event = await eventually(async () => (await api.get<EventList>(events)).body.items[0], {
      withinMs: 30_000,
    })
    expect([event.type, event.message]).toEqual([
      'Warning',
      'MountVolume.SetUp failed for volume "v" : configmap "late" not found',
    ])
    const waiting = await readPod(api, namespace, 'p')
    if (waiting === null) throw new Error('it is gone')
    expect([waiting.status.phase, stateText(containerStatus(waiting).state)]).toEqual([
      'Pending',
      'waiting ContainerCreating',
    ])
    await create(api, namespace, 'configmaps', { metadata: { name: 'late' }, data: { a: '1' } })
    await untilPhase(api, namespace, 'p', 'Succeeded', { withinMs: 40_000 })
    expect(await logOf(api, namespace, 'p')).toBe('1')
  })
})
