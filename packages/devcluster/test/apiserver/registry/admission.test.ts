import { describe, expect, it } from 'vitest'
import { pods } from '../../../src/apiserver/resources/pod.ts'
import { podOf, refusalOf, registryFixture } from './registry-fixture.ts'

describe('admission of pods', () => {
  it.for<readonly [title: string, namespace: string, spec: object, code: number, message: string]>([
    ['a missing namespace', 'nope', {}, 404, 'namespaces "nope" not found'],
    [
      'a missing service account',
      'default',
      { serviceAccountName: 'foo' },
      403,
      'pods "p" is forbidden: error looking up service account default/foo: serviceaccount "foo" not found',
    ],
    [
      'a missing priority class',
      'default',
      { priorityClassName: 'foo' },
      403,
      'pods "p" is forbidden: no PriorityClass with name foo was found',
    ],
    [
      'a priority of its own',
      'default',
      { priority: 5 },
      403,
      'pods "p" is forbidden: the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
  ])('refuses %s', ([, namespace, spec, code, message]) => {
    const { registry } = registryFixture()
    const { status } = refusalOf(() => registry.create(pods, namespace, podOf('p', { spec })))
    expect([status.code, status.message]).toEqual([code, message])
  })

  it('takes the priority of a class that every cluster has', () => {
    const { createPod } = registryFixture()
    expect(createPod('p', { spec: { priorityClassName: 'system-node-critical' } }).spec).toMatchObject({
      priority: 2_000_001_000,
    })
  })
})
