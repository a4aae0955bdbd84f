import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { containerStatus } from '../support/container-states.ts'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { shellContainer, shellPod } from '../support/process-pod.ts'

const slowly = { withinMs: 30_000 }

/** Writes `length` bytes to a file, which end with `end`. */
const fill = (file: string, length: number, end: string) =>
  `{ head -c ${length - end.length} /dev/zero | tr '\\0' a; printf %s ${end}; } > ${file}`

conformance('a termination message', { runtime: 'process', concurrent: true }, (it) => {
  it('is what the container wrote to /dev/termination-log', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'printf \'{"rows": 3}\' > /dev/termination-log'))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    expect(containerStatus(pod).state?.terminated).toMatchObject({ reason: 'Completed', message: '{"rows": 3}' })
  })

  it('is read from the path that the pod names', async ({ api, backend, namespace }) => {
    const container = { terminationMessagePath: '/results/deep/out.json' }
    await createPod(api, namespace, shellPod(backend, 'p', 'echo here > /results/deep/out.json; exit 1', { container }))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect(containerStatus(pod).state?.terminated?.message).toBe('here\n')
  })

  it('is not there when nothing was written', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', 'echo to the log; exit 1'))
    const pod = await untilPhase(api, namespace, 'p', 'Failed', slowly)
    expect(containerStatus(pod).state?.terminated).not.toHaveProperty('message')
  })

  it('is cut to its last 4,096 bytes, silently', async ({ api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'p', fill('/dev/termination-log', 5_002, 'end')))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    expect(containerStatus(pod).state?.terminated?.message).toBe(`${'a'.repeat(4_093)}end`)
  })

  it('has its share of 12 KiB in a pod of many containers', async ({ api, backend, namespace }) => {
    const script = fill('/dev/termination-log', 5_000, 'end')
    const containers = ['a', 'b', 'c', 'd'].map((name) => shellContainer(name, script))
    const initContainers = [shellContainer('e', script)]
    await createPod(api, namespace, shellPod(backend, 'p', '', { spec: { containers, initContainers } }))
    const pod = await untilPhase(api, namespace, 'p', 'Succeeded', slowly)
    const lengths = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => containerStatus(pod, name).state?.terminated?.message?.length,
    )
    expect(lengths).toEqual([2_457, 2_457, 2_457, 2_457, 2_457])
  })

  it.for<readonly [what: string, script: string, phase: string, message: string | undefined]>([
    // Of one stream: between the two the container runtime promises no order.
    ['is the end of the log after a failure', '{ echo one; echo two; } >&2; exit 1', 'Failed', 'one\ntwo\n'],
    ['is not the log after a success', 'echo one; exit 0', 'Succeeded', undefined],
    ['is the file where there is one', 'echo one; echo file > /dev/termination-log; exit 1', 'Failed', 'file\n'],
    [
      'has at most 80 lines of the log',
      'seq 1 100; exit 1',
      'Failed',
      Array.from({ length: 80 }, (_, at) => `${at + 21}\n`).join(''),
    ],
    ['has at most 2,048 bytes of the log', "head -c 4000 /dev/zero | tr '\\0' a; exit 1", 'Failed', 'a'.repeat(2_048)],
  ])('with FallbackToLogsOnError: %s', async ([, script, phase, message], { api, backend, namespace }) => {
    const container = { terminationMessagePolicy: 'FallbackToLogsOnError' }
    await createPod(api, namespace, shellPod(backend, 'p', script, { container }))
    const pod = await untilPhase(api, namespace, 'p', phase, slowly)
    expect(containerStatus(pod).state?.terminated?.message).toBe(message)
  })
})
