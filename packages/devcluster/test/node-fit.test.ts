import { describe, expect, it } from 'vitest'
import { unfitReasons } from '../src/node-fit.ts'
import type { Node, Pod } from '../src/types.ts'

const NODE: Node = {
  metadata: { name: 'node-1', labels: { zone: 'a', cores: '8' } },
  status: { allocatable: { cpu: '2', memory: '4Gi', pods: '100' } },
}

const pod = (spec: Partial<NonNullable<Pod['spec']>>): Pod => ({ spec: { containers: [{ name: 'base' }], ...spec } })
const selected = (...matchExpressions: { key: string; operator: string; values?: string[] }[]) =>
  pod({
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] } },
    },
  })
const requesting = (requests: Record<string, string>) =>
  pod({ containers: [{ name: 'base', resources: { requests } }] })

const UNMATCHED = "node(s) didn't match Pod's node affinity/selector"

describe('unfitReasons', () => {
  it.each<[string, Pod, string[]]>([
    ['a plain pod', pod({}), []],
    ['a label that fits', pod({ nodeSelector: { zone: 'a' } }), []],
    ['a label that does not', pod({ nodeSelector: { zone: 'b' } }), [UNMATCHED]],
    ['In', selected({ key: 'zone', operator: 'In', values: ['a', 'b'] }), []],
    ['NotIn', selected({ key: 'zone', operator: 'NotIn', values: ['a'] }), [UNMATCHED]],
    ['Exists', selected({ key: 'disk', operator: 'Exists' }), [UNMATCHED]],
    ['DoesNotExist', selected({ key: 'disk', operator: 'DoesNotExist' }), []],
    ['Gt', selected({ key: 'cores', operator: 'Gt', values: ['4'] }), []],
    ['Lt', selected({ key: 'cores', operator: 'Lt', values: ['4'] }), [UNMATCHED]],
    ['an empty term', selected(), [UNMATCHED]],
    ['what the node has', requesting({ cpu: '2', memory: '4Gi' }), []],
    ['more than that', requesting({ cpu: '2001m', memory: '5Gi' }), ['Insufficient cpu', 'Insufficient memory']],
    ['what no node has', requesting({ 'nvidia.com/gpu': '1' }), ['Insufficient nvidia.com/gpu']],
    ['the name of another node', pod({ nodeName: 'node-2' }), ["node(s) didn't match the requested node name"]],
  ])('of %s', (_name, pod, reasons) => {
    expect(unfitReasons(pod, NODE)).toEqual(reasons)
  })

  it('of taints, tolerated or not', () => {
    const tainted: Node = { ...NODE, spec: { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] } }
    const tolerating = (toleration: object) => unfitReasons(pod({ tolerations: [toleration] }), tainted)
    expect(unfitReasons(pod({}), tainted)).toEqual(['node(s) had untolerated taint(s)'])
    expect(tolerating({ key: 'k', value: 'v' })).toEqual([])
    expect(tolerating({ key: 'k', value: 'w' })).toEqual(['node(s) had untolerated taint(s)'])
    expect(tolerating({ key: 'k', operator: 'Exists', effect: 'NoExecute' })).toEqual([
      'node(s) had untolerated taint(s)',
    ])
    expect(tolerating({ operator: 'Exists' })).toEqual([])
    expect(unfitReasons(pod({}), { ...NODE, spec: { unschedulable: true } })).toEqual(['node(s) were unschedulable'])
  })
})
