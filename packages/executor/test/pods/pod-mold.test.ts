import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { constructPod } from '../../src/pods/construct-pod.ts'
import { applyPodIdentity, podIdentity } from '../../src/pods/pod-identity.ts'
import { PodMold } from '../../src/pods/pod-mold.ts'
import { withProtocolMarks } from '../../src/pods/protocol-marks.ts'

const template: Pod = {
  metadata: { name: 'worker', labels: { team: 'a', map_index: '9' }, annotations: { note: 'b' } },
  spec: {
    containers: [
      { name: 'base', image: 'busybox', args: ['of', 'the', 'template'], env: [{ name: 'A', value: '1' }] },
      { name: 'sidecar', image: 'proxy', args: ['run'] },
    ],
  },
}

const key = { dagId: 'sales', taskId: 'sum rows', runId: 'manual', tryNumber: 2, mapIndex: -1 }
const identity = podIdentity({ deployment: 'default', key, number: 3, schedulerJobId: '7' })
const marks = { outcomeFinalizer: true, launchGate: false }

/** The pod as it is without a mold. */
function built(options: { podOverrideObject?: Pod; podPatch?: object }, args: readonly string[]): Pod {
  const task = { ...key, podId: identity.name, schedulerJobId: '7', args }
  const pod = constructPod({ ...options, ...task, namespace: 'default', baseWorkerPod: template })
  return withProtocolMarks(applyPodIdentity(pod, identity, ['default']), marks)
}

function moldOf(options: { podOverrideObject?: Pod; podPatch?: object }, hasArgs: boolean): PodMold {
  const common = { namespace: 'default', schedulerJobId: '', baseWorkerPod: template, watchedNamespaces: ['default'] }
  return new PodMold({ ...options, ...common, hasArgs, marks })
}

describe('PodMold', () => {
  it.each<[title: string, options: { podOverrideObject?: Pod; podPatch?: object }]>([
    ['neither override nor patch', {}],
    ['an override', { podOverrideObject: { spec: { containers: [{ name: 'base', image: 'other', tty: true }] } } }],
    ['an override with arguments', { podOverrideObject: { spec: { containers: [{ name: 'base', args: ['mine'] }] } } }],
    [
      'an override that claims an identity',
      { podOverrideObject: { metadata: { name: 'x', labels: { dag_id: 'x' } } } },
    ],
    ['a patch that moves the containers', { podPatch: { spec: { containers: [{ name: 'first', image: 'i' }] } } }],
    ['a patch with arguments', { podPatch: { spec: { containers: [{ name: 'base', args: ['patched'] }] } } }],
    ['a patch that takes arguments away', { podPatch: { spec: { containers: [{ name: 'base', args: null }] } } }],
  ])('makes the pod that is built without it: %s', (_, options) => {
    for (const args of [['sh', '-c', 'true'], []]) {
      expect(moldOf(options, args.length > 0).pod(identity, args)).toEqual(built(options, args))
    }
  })

  it('gives every task its own identity and arguments', () => {
    const mold = moldOf({}, true)
    const pods = [0, 1].map((mapIndex) => {
      const own = podIdentity({ deployment: 'default', key: { ...key, mapIndex }, number: 1, schedulerJobId: '7' })
      return mold.pod(own, [`item ${mapIndex}`])
    })
    expect(pods.map(({ spec }) => spec?.containers[0]?.args)).toEqual([['item 0'], ['item 1']])
    expect(pods.map(({ metadata }) => metadata?.labels?.map_index)).toEqual(['0', '1'])
    expect(new Set(pods.map(({ metadata }) => metadata?.name)).size).toBe(2)
  })

  it('lets no pod change another', () => {
    const mold = moldOf({}, true)
    const [container] = mold.pod(identity, ['a']).spec?.containers ?? []
    expect(() => container?.env?.push({ name: 'B' })).toThrow(TypeError)
  })
})
