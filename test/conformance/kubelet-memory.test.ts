import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { conditionTexts, containerStatus, ended } from '../support/container-states.ts'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { shellPod } from '../support/process-pod.ts'

const resources = { limits: { memory: '32Mi' } }

conformance('memory', { runtime: 'process', needs: ['memoryLimits'], concurrent: true }, (it) => {
  it('beyond the limit: OOMKilled', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'exec tail /dev/zero', { container: { resources } }))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', { withinMs: 30_000 })
    expect(containerStatus(pod).state).toEqual(ended(137, { reason: 'OOMKilled' }))
    expect(conditionTexts(pod)).not.toHaveProperty('DisruptionTarget')
    expect([pod.status.reason, pod.status.qosClass]).toEqual([undefined, 'Burstable'])
  })

  it('and a restart: the end is the last state', async ({ api, backend, namespace }) => {
    const volumeMounts = [{ name: 'v', mountPath: '/shared' }]
    const script = '[ -e /shared/seen ] && exit 0; touch /shared/seen; exec tail /dev/zero'
    const spec = { restartPolicy: 'OnFailure', volumes: [{ name: 'v', emptyDir: {} }] }
    await createPod(api, namespace, shellPod(backend, 'p', script, { spec, container: { resources, volumeMounts } }))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', { withinMs: 30_000 })
    expect(containerStatus(pod)).toMatchObject({ restartCount: 1, lastState: ended(137, { reason: 'OOMKilled' }) })
  })
})
