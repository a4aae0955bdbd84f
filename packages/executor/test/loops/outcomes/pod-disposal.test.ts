import { expect, it } from 'vitest'
import { podDisposal } from '../../../src/loops/outcomes/pod-disposal.ts'

/** Airflow's table; a failed pod that is kept is labelled done. */
it.each([
  [true, true, 'failed', 'delete'],
  [true, true, 'success', 'delete'],
  [true, false, 'failed', 'markDone'],
  [true, false, 'success', 'delete'],
  [false, true, 'failed', 'markDone'],
  [false, true, 'success', 'markDone'],
  [false, false, 'failed', 'markDone'],
  [false, false, 'success', 'markDone'],
] as const)(
  'deleteWorkerPods %s, on failure %s: %s pods: %s',
  (deleteWorkerPods, deleteWorkerPodsOnFailure, state, expected) => {
    const phase = state === 'failed' ? 'Failed' : 'Succeeded'
    expect(podDisposal({ status: { phase } }, state, { deleteWorkerPods, deleteWorkerPodsOnFailure })).toBe(expected)
  },
)

it.each(['Pending', 'Running', undefined] as const)(
  'deletes a pod in phase %s, which could still do something',
  (phase) => {
    const config = { deleteWorkerPods: false, deleteWorkerPodsOnFailure: false }
    expect(podDisposal({ status: phase ? { phase } : {} }, 'success', config)).toBe('delete')
  },
)

const container = (name: string, state: 'running' | 'terminated' | 'waiting') => ({
  name,
  image: '',
  imageID: '',
  ready: false,
  restartCount: 0,
  state: { [state]: state === 'terminated' ? { exitCode: 1 } : {} },
})

// A kubelet tells of the container's end before it tells of the pod's.
it.each([
  ['keeps', 'markDone', [container('base', 'terminated')], []],
  ['keeps', 'markDone', [container('base', 'terminated')], [container('proxy', 'terminated')]],
  ['deletes', 'delete', [container('base', 'terminated'), container('aside', 'running')], []],
  ['deletes', 'delete', [container('base', 'terminated'), container('aside', 'waiting')], []],
  ['deletes', 'delete', [container('base', 'terminated')], [container('proxy', 'running')]],
] as const)('%s a pod in phase Running by what its containers do: %s', (_, expected, mains, inits) => {
  const status = { phase: 'Running', containerStatuses: [...mains], initContainerStatuses: [...inits] }
  const config = { deleteWorkerPods: true, deleteWorkerPodsOnFailure: false }
  expect(podDisposal({ status }, 'failed', config)).toBe(expected)
})
