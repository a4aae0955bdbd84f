import { describe, expect, it } from 'vitest'
import { ExecutorConfigError } from '../../src/errors.ts'
import { fromObj, podPatchOf } from '../../src/pods/executor-pod-override.ts'

const podOverride = { spec: { containers: [{ name: 'base', image: 'x' }] } }

describe('fromObj', () => {
  it.each([
    null,
    undefined,
    {},
    { podOverride: null },
    { podOverride: {} },
    { podTemplateFile: 'a.yaml' },
    { other: 1 },
  ])('finds no override in %j', (config) => {
    expect(fromObj(config)).toBeNull()
  })

  it('gives the override', () => {
    expect(fromObj({ podOverride })).toEqual(podOverride)
    expect(fromObj({ podOverride, podTemplateFile: 'a.yaml', KubernetesExecutor: {} })).toEqual(podOverride)
  })

  it.each<[unknown, string]>([
    ['text', 'executorConfig must be an object'],
    [[podOverride], 'executorConfig must be an object'],
    [{ podOverride: 'spec: {}' }, 'podOverride: must be an object with the fields of a pod'],
    [{ podOverride: [podOverride] }, 'podOverride: must be an object with the fields of a pod'],
    [{ KubernetesExecutor: { image: 'x' } }, 'KubernetesExecutor: is no longer taken; write podOverride: a pod'],
    [
      { podOverride, KubernetesExecutor: { image: 'x' } },
      'KubernetesExecutor: is given beside podOverride; keep podOverride alone',
    ],
    [{ pod_override: podOverride }, 'pod_override: unknown key; did you mean podOverride?'],
    [{ pod_template_file: 'a.yaml' }, 'pod_template_file: unknown key; did you mean podTemplateFile?'],
    [{ pod_patch: { spec: {} } }, 'pod_patch: unknown key; did you mean podPatch?'],
    [{ podPatch: [{ op: 'remove' }] }, 'podPatch: must be an object: a strategic merge patch of a pod'],
  ])('refuses %j', (config, message) => {
    expect(() => fromObj(config)).toThrow(ExecutorConfigError)
    expect(() => fromObj(config)).toThrow(message)
  })
})

describe('podPatchOf', () => {
  it('gives the patch', () => {
    expect(podPatchOf({ podOverride, podPatch: { spec: { hostNetwork: false } } })).toEqual({
      spec: { hostNetwork: false },
    })
  })

  it.each([null, undefined, {}, { podPatch: {} }, { podPatch: null }])('finds none in %j', (config) => {
    expect(podPatchOf(config)).toBeNull()
  })
})
