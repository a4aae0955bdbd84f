import type { EventList } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { inNamespace, withQuery } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { containerStatus } from '../support/container-states.ts'
import { changesUntil, createPod, type StoredPod } from '../support/pods-by-api.ts'
import { shellPod } from '../support/process-pod.ts'

const waits = (reason: string) => (pod: StoredPod) =>
  pod.status.containerStatuses?.[0]?.state?.waiting?.reason === reason

const notFound = (image: string) =>
  `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`

conformance('images', { runtime: 'process', concurrent: true }, (it) => {
  it('that are not there: ErrImagePull, then ImagePullBackOff', async ({ api, backend, namespace }) => {
    const image = 'missing/image:1'
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'true', { container: { image } }))
    const failed = (await changesUntil(api, created, waits('ErrImagePull'))).at(-1) ?? created
    expect(failed.status.phase).toBe('Pending')
    const problem = `rpc error: code = NotFound desc = ${notFound('docker.io/missing/image:1')}`
    expect(containerStatus(failed)).toMatchObject({
      image,
      imageID: '',
      ready: false,
      started: false,
      state: { waiting: { reason: 'ErrImagePull', message: problem } },
    })
    const backedOff = (await changesUntil(api, failed, waits('ImagePullBackOff'))).at(-1) ?? failed
    expect(containerStatus(backedOff).state?.waiting?.message).toBe(
      `Back-off pulling image "${image}": ErrImagePull: ${problem}`,
    )
    const events = withQuery(inNamespace(namespace, 'events'), { fieldSelector: 'involvedObject.name=p' })
    const { items } = (await api.get<EventList>(events)).body
    const told = items.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)
    expect(told).toEqual(
      expect.arrayContaining([
        `Normal Pulling: Pulling image "${image}"`,
        `Warning Failed: Failed to pull image "${image}": ${problem}`,
        'Warning Failed: Error: ErrImagePull',
        `Normal BackOff: Back-off pulling image "${image}"`,
        'Warning Failed: Error: ImagePullBackOff',
      ]),
    )
  })

  it('that are not there, and never pulled: ErrImageNeverPull', async ({ api, backend, namespace }) => {
    const container = { image: 'missing/image:1', imagePullPolicy: 'Never' }
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'true', { container }))
    const pod = (await changesUntil(api, created, waits('ErrImageNeverPull'))).at(-1) ?? created
    expect(containerStatus(pod).state?.waiting?.message).toBe(
      'Container image "missing/image:1" is not present with pull policy of Never',
    )
  })

  it('whose name is none: InvalidImageName', async ({ api, backend, namespace }) => {
    const container = { image: 'Busy Box:1' }
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'true', { container }))
    const pod = (await changesUntil(api, created, waits('InvalidImageName'))).at(-1) ?? created
    expect(containerStatus(pod).state?.waiting?.message).toBe(
      `Failed to apply default image tag "Busy Box:1": couldn't parse image name "Busy Box:1": invalid reference format: repository name (library/Busy Box) must be lowercase`,
    )
  })

  it('of an init container keep the rest waiting', async ({ api, backend, namespace }) => {
    const initContainers = [{ name: 'init', image: 'missing/image:1' }]
    const created = await createPod(api, namespace, shellPod(backend, 'p', 'true', { spec: { initContainers } }))
    const initWaits = ({ status }: StoredPod) =>
      status.initContainerStatuses?.[0]?.state?.waiting?.reason === 'ErrImagePull'
    const pod = (await changesUntil(api, created, initWaits)).at(-1) ?? created
    expect([pod.status.phase, containerStatus(pod).state]).toEqual([
      'Pending',
      { waiting: { reason: 'PodInitializing' } },
    ])
  })

  it('may be mended while the pod waits', async ({ api, backend, namespace }) => {
    const created = await createPod(
      api,
      namespace,
      shellPod(backend, 'p', 'true', { container: { image: 'missing/image:1' } }),
    )
    await changesUntil(api, created, waits('ErrImagePull'))
    const spec = { containers: [{ name: 'base', image: 'busybox:1' }] }
    const { status } = await api.patch(inNamespace(namespace, 'pods', 'p'), 'strategic', { spec })
    expect(status).toBe(200)
    const over = ({ status: { phase } }: StoredPod) => phase === 'Succeeded'
    expect((await changesUntil(api, created, over)).at(-1)?.status.phase).toBe('Succeeded')
  })
})
