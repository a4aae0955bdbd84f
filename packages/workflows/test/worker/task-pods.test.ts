import { checkPod } from '@davit/executor'
import { describe, expect, it } from 'vitest'
import type { TaskSpec } from '../../src/dag/dag-spec.ts'
import { podForContainerTask, podForFunctionTask } from '../../src/worker/task-pods.ts'
import { bootstrapCommand } from '../../src/worker/worker-code.ts'
import { workerCode } from '../support/run-worker-process.ts'

const task = { taskId: 'a', executionTimeoutSeconds: null } as TaskSpec

describe('podForFunctionTask', () => {
  it('runs the bootstrap in a plain Node image, told where the task API is', () => {
    const pod = podForFunctionTask(task, {
      bootstrap: 'go($x)',
      taskApiEnv: { DAVIT_TASK_API_URL: 'http://127.0.0.1:1' },
    })
    expect(pod).toEqual({
      spec: {
        containers: [
          {
            name: 'base',
            image: 'node:24-slim',
            command: ['node', '--eval', 'go($$x)'],
            terminationMessagePath: '/dev/termination-log',
            env: [
              { name: 'DAVIT_TASK_API_URL', value: 'http://127.0.0.1:1' },
              { name: 'DAVIT_POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
              { name: 'DAVIT_TERMINATION_LOG', value: '/dev/termination-log' },
            ],
          },
        ],
      },
    })
    expect(checkPod(pod)).toEqual([])
  })

  it('gives the pod a deadline far behind the task’s own', () => {
    const pod = podForFunctionTask({ ...task, executionTimeoutSeconds: 1.5 }, { bootstrap: '', taskApiEnv: {} })
    expect(pod.spec?.activeDeadlineSeconds).toBe(1_002)
  })
})

describe('podForContainerTask', () => {
  it('runs the rendered command, with its variables behind the place for its result', () => {
    const container = { image: 'busybox', command: ['sh'], args: ['-c', 'true'], env: { A: '1', B: '$(A)' } }
    const pod = podForContainerTask({ ...task, executionTimeoutSeconds: 1.5 }, container)
    expect(pod).toEqual({
      spec: {
        activeDeadlineSeconds: 2,
        containers: [
          {
            name: 'base',
            image: 'busybox',
            command: ['sh'],
            args: ['-c', 'true'],
            terminationMessagePath: '/dev/termination-log',
            env: [
              { name: 'DAVIT_RESULT', value: '/dev/termination-log' },
              { name: 'A', value: '1' },
              { name: 'B', value: '$(A)' },
            ],
          },
        ],
      },
    })
    expect(checkPod(pod)).toEqual([])
  })

  it('leaves command and args to the image when there are none', () => {
    const pod = podForContainerTask(task, { image: 'x', command: null, args: null, env: {} })
    expect(Object.keys(pod.spec?.containers[0] ?? {})).toEqual(['name', 'image', 'terminationMessagePath', 'env'])
  })
})

describe('the workers’ code', () => {
  it('is one line that a pod’s command can hold, without the DAG’s or the cluster’s libraries', async () => {
    const { bootstrap, runtime } = await workerCode()
    expect(bootstrap).not.toContain('\n')
    expect(bootstrap.length).toBeLessThan(8_000)
    expect(runtime.code.length).toBeLessThan(60_000)
    expect(bootstrapCommand(bootstrap).at(-1)?.replaceAll('$$', '$')).toBe(bootstrap)
  })
})
