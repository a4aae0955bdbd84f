import { describe, expect, it } from 'vitest'
import type { Pod } from '../../src/kube/types.ts'
import { strategicMerge } from '../../src/pods/strategic-merge.ts'
import { frozen } from '../support/frozen.ts'

// The random patches of test/conformance/user-pain/p19-pod-patch.test.ts are compared with a real server's; these are the rules.
const pod: Pod = frozen({
  metadata: { labels: { a: '1', b: '2' }, finalizers: ['x.y/a', 'x.y/b'] },
  spec: {
    hostNetwork: true,
    terminationGracePeriodSeconds: 5,
    nodeSelector: { disk: 'ssd' },
    securityContext: { runAsUser: 7, runAsNonRoot: true },
    tolerations: [{ key: 'x' }],
    containers: [
      {
        name: 'base',
        image: 'busybox',
        tty: true,
        args: ['one', 'two'],
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
        resources: { limits: { cpu: '1', memory: '1Gi' } },
      },
      { name: 'side', image: 'busybox' },
    ],
    volumes: [{ name: 'data', emptyDir: { medium: 'Memory' } }],
  },
})

const base = (patch: object) => strategicMerge(pod, { spec: { containers: [{ name: 'base', ...patch }] } })
const main = (patched: Pod) => patched.spec?.containers.find(({ name }) => name === 'base')

describe('strategicMerge', () => {
  it('sets false, 0 and empty values, which an override cannot', () => {
    const { spec } = strategicMerge(pod, {
      spec: { hostNetwork: false, terminationGracePeriodSeconds: 0, tolerations: [], hostname: '' },
    })
    expect(spec).toMatchObject({ hostNetwork: false, terminationGracePeriodSeconds: 0, tolerations: [], hostname: '' })
  })

  it('takes a field away by null, at any depth', () => {
    const patched = strategicMerge(pod, { metadata: { labels: { a: null } }, spec: { nodeSelector: null } })
    expect(patched.metadata?.labels).toEqual({ b: '2' })
    expect(patched.spec).not.toHaveProperty('nodeSelector')
    expect(main(base({ resources: { limits: { cpu: null } } }))?.resources).toEqual({ limits: { memory: '1Gi' } })
  })

  it('merges lists by their keys, what is new first, and takes the place of lists without', () => {
    const patched = strategicMerge(pod, {
      spec: {
        containers: [
          { name: 'log', image: 'sidecar' },
          { name: 'base', image: 'mine' },
        ],
        tolerations: [{ key: 'y' }],
      },
    })
    expect(patched.spec?.containers.map(({ name, image }) => [name, image])).toEqual([
      ['log', 'sidecar'],
      ['base', 'mine'],
      ['side', 'busybox'],
    ])
    expect(patched.spec?.tolerations).toEqual([{ key: 'y' }])
    expect(main(base({ args: ['three'] }))?.args).toEqual(['three'])
    const env = [
      { name: 'C', value: '3' },
      { name: 'A', value: '' },
    ]
    expect(main(base({ env }))?.env).toEqual([...env, { name: 'B', value: '2' }])
  })

  it('deletes and replaces by $patch', () => {
    expect(main(base({ env: [{ name: 'A', $patch: 'delete' }] }))?.env).toEqual([{ name: 'B', value: '2' }])
    expect(main(base({ env: [{ $patch: 'replace' }, { name: 'Z', value: '' }] }))?.env).toEqual([
      { name: 'Z', value: '' },
    ])
    const { spec } = strategicMerge(pod, { spec: { securityContext: { $patch: 'replace', runAsUser: 0 } } })
    expect(spec?.securityContext).toEqual({ runAsUser: 0 })
    expect(strategicMerge(pod, { metadata: { labels: { $patch: 'delete' } } }).metadata?.labels).toEqual({})
  })

  it('keeps of a union only what $retainKeys names', () => {
    const volume = { name: 'data', $retainKeys: ['name', 'hostPath'], hostPath: { path: '/x' } }
    expect(strategicMerge(pod, { spec: { volumes: [volume] } }).spec?.volumes).toEqual([
      { name: 'data', hostPath: { path: '/x' } },
    ])
  })

  it('orders by $setElementOrder, and shrinks lists of plain values by $deleteFromPrimitiveList', () => {
    const order = strategicMerge(pod, { spec: { '$setElementOrder/containers': [{ name: 'side' }, { name: 'base' }] } })
    expect(order.spec?.containers.map(({ name }) => name)).toEqual(['side', 'base'])
    const shrunk = strategicMerge(pod, { metadata: { '$deleteFromPrimitiveList/finalizers': ['x.y/a', 'x.y/none'] } })
    expect(shrunk.metadata).toEqual({ labels: { a: '1', b: '2' }, finalizers: ['x.y/b'] })
    expect(strategicMerge(pod, { metadata: { finalizers: ['x.y/c', 'x.y/a'] } }).metadata?.finalizers).toEqual([
      'x.y/c',
      'x.y/a',
      'x.y/b',
    ])
  })

  it('leaves no directive and no null in what it adds', () => {
    const patched = strategicMerge(pod, {
      spec: {
        affinity: { nodeAffinity: null, podAffinity: { $patch: 'delete' } },
        containers: [{ name: 'log', image: null, env: [{ $patch: 'replace' }, { name: 'A', value: null }] }],
      },
    })
    expect(patched.spec?.affinity).toEqual({})
    expect(patched.spec?.containers[0]).toEqual({ name: 'log', env: [{ name: 'A' }] })
  })

  it('shares nothing with its inputs', () => {
    const patch = frozen({ metadata: { annotations: { a: '1' } } })
    const patched = strategicMerge(pod, patch)
    expect(patched.metadata?.annotations).not.toBe(patch.metadata.annotations)
    expect(patched.spec).not.toBe(pod.spec)
    expect(strategicMerge(pod, {})).toEqual(pod)
  })
})
