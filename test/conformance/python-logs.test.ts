import { expect } from 'vitest'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { shellPod } from '../support/process-pod.ts'
import { pythonConformance } from '../support/python-conformance.ts'

const readLog = 'CoreV1Api.read_namespaced_pod_log'

pythonConformance('logs', { runtime: 'process' }, (it) => {
  it('reads and follows them', async ({ python, api, backend, namespace }) => {
    const script = 'i=0; while [ $i -lt 5 ]; do i=$((i+1)); echo $i; sleep 0.3; done; exit 3'
    await createPod(api, namespace, shellPod(backend, 'a', script))
    const log = { name: 'a', namespace, container: 'base' }
    /** As Airflow reads what a task wrote. */
    const read = async (args: object) => {
      const { items, ended } = python.lines(readLog, { ...log, ...args })
      await ended
      return items
    }
    await expect.poll(() => read({}).catch(() => [])).toContain('1')
    const followed = python.watch<string>(readLog, { ...log, follow: true })
    expect(await read({ follow: true })).toEqual(['1', '2', '3', '4', '5'])
    await followed.ended
    expect(followed.items).toEqual(['1', '2', '3', '4', '5'])
    await untilPhase(api, namespace, 'a', 'Failed')
    expect(await read({ follow: false, tail_lines: 2 })).toEqual(['4', '5'])
    expect(await read({ since_seconds: 3600, timestamps: true, tail_lines: 1 })).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z 5$/),
    ])
  })

  it('is told why there is none', async ({ python, api, backend, namespace }) => {
    await createPod(api, namespace, shellPod(backend, 'a', 'exit 3'))
    await untilPhase(api, namespace, 'a', 'Failed')
    await expect(python.call(readLog, { name: 'a', namespace, previous: true })).rejects.toMatchObject({
      status: 400,
      body: { message: 'previous terminated container "base" in pod "a" not found' },
    })
    await expect(python.call(readLog, { name: 'a', namespace, container: 'nope' })).rejects.toMatchObject({
      status: 400,
      body: { message: 'container nope is not valid for pod a' },
    })
    await expect(python.call(readLog, { name: 'nope', namespace })).rejects.toMatchObject({
      status: 404,
      body: { reason: 'NotFound' },
    })
  })
})
