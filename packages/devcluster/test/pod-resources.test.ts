import { expect, it } from 'vitest'
import { formatQuantity } from '../src/apiserver/schema/quantity.ts'
import { type Amounts, podLimits, podRequests } from '../src/pod-resources.ts'
import type { Pod } from '../src/types.ts'

const podOf = (spec: object) => ({ spec: { containers: [], ...spec } }) as Pod
const container = (name: string, requests: object, limits?: object) => ({ name, resources: { requests, limits } })
const shown = (amounts: Amounts) =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, formatQuantity(amount)]))

it('takes the larger of the containers and the init containers, sidecars in both', () => {
  const pod = podOf({
    initContainers: [
      container('first', { cpu: '1' }),
      { ...container('side', { cpu: '500m' }), restartPolicy: 'Always' },
      container('second', { cpu: '3' }),
    ],
    containers: [container('a', { cpu: '1' }), container('b', {}, { cpu: '1' })],
  })
  expect(shown(podRequests(pod))).toEqual({ cpu: '3500m' })
  expect(shown(podLimits(pod))).toEqual({ cpu: '1' })
})

it('keeps the suffixes that amounts are written in', () => {
  const pod = podOf({ containers: [container('a', { memory: '1Gi' }), container('b', { memory: '1024Mi' })] })
  expect(shown(podRequests(pod))).toEqual({ memory: '2Gi' })
})
