import { describe, expect, it } from 'vitest'
import { namespaces } from '../../src/apiserver/resources/namespace.ts'
import { pods } from '../../src/apiserver/resources/pod.ts'
import { deletionWithoutEffect, warningsWithoutEffect } from '../../src/apiserver/without-effect.ts'
import { podOf, registryFixture } from './registry/registry-fixture.ts'

describe('what has no effect', () => {
  it('is nothing of a plain pod, with its defaults', () => {
    expect(warningsWithoutEffect(pods, registryFixture().createPod('p'))).toEqual([])
  })

  it.for<readonly [spec: object, fields: string]>([
    [{ affinity: { podAffinity: { a: [] } } }, 'spec.affinity.podAffinity'],
    [{ hostname: 'h', dnsConfig: { searches: ['a'] } }, 'spec.hostname, spec.dnsConfig'],
    [{ initContainers: [{ name: 'i', startupProbe: { a: 1 } }] }, 'spec.initContainers[0].startupProbe'],
    [
      { containers: [{ name: 'a' }, { name: 'b', lifecycle: { preStop: {} }, securityContext: {} }] },
      'spec.containers[1].lifecycle',
    ],
  ])('is named of a pod with %j', ([spec, fields]) => {
    const warning = `the dev cluster does not act on ${fields}`
    expect(warningsWithoutEffect(pods, podOf('p', { spec }))).toEqual([warning])
  })

  it('is said once', () => {
    const before = podOf('p', { spec: { hostname: 'h' } })
    expect(warningsWithoutEffect(pods, { ...before, metadata: { name: 'p', labels: { a: 'b' } } }, before)).toEqual([])
  })

  it('is an owner', () => {
    const ownerReferences = [{ kind: 'Pod', name: 'q', uid: 'u', apiVersion: 'v1' }]
    expect(warningsWithoutEffect(pods, podOf('p', { metadata: { ownerReferences } }))).toEqual([
      'the dev cluster has no garbage collector: metadata.ownerReferences has no effect',
    ])
  })

  it('is a level of pod security', () => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' }
    expect(warningsWithoutEffect(namespaces, { metadata: { name: 'n', labels } })).toEqual([
      'the dev cluster has no pod security: the label pod-security.kubernetes.io/enforce has no effect',
    ])
  })

  it('is a deletion that wants more than the object gone', () => {
    expect([undefined, 'Background'].flatMap(deletionWithoutEffect)).toEqual([])
    expect(deletionWithoutEffect('Orphan')).toEqual([
      'the dev cluster has no garbage collector: propagationPolicy Orphan has no effect',
    ])
  })
})
