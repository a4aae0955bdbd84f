import { expect, it } from 'vitest'
import { podDisposal } from '../../src/loops/pod-disposal.ts'

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
