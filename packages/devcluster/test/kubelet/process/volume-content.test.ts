import { describe, expect, it } from 'vitest'
import { VolumeSetupError } from '../../../src/kubelet/container-runtime.ts'
import type { EnvironmentSources } from '../../../src/kubelet/environment.ts'
import { volumeContent } from '../../../src/kubelet/process/volume-content.ts'
import type { Pod } from '../../../src/types.ts'

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number]

const SOURCES: EnvironmentSources = {
  namespace: 'team',
  downward: {
    pod: { metadata: { name: 'pod-1', labels: { a: 'b' } }, spec: { containers: [{ name: 'base' }] } },
    podIP: '127.0.0.1',
    hostIP: '127.0.0.1',
    allocatable: { cpu: '4' },
  },
  configMap: (name) =>
    name === 'map' ? { data: { one: '1' }, binaryData: { raw: Buffer.from([0, 255]).toString('base64') } } : undefined,
  secret: (name) => (name === 'keys' ? { data: { token: Buffer.from('s3cret').toString('base64') } } : undefined),
}

/** `path=content:mode` of each file. */
function filesOf(volume: Omit<Volume, 'name'>): string[] {
  const content = volumeContent({ name: 'v', ...volume }, SOURCES)
  if (content.kind !== 'files') throw new Error(content.kind)
  return [...content.files].map(
    ([path, { data, mode }]) => `${path}=${Buffer.from(data).toString('latin1')}:${mode.toString(8)}`,
  )
}

describe('volumeContent', () => {
  it('has an emptyDir and a path of the machine', () => {
    expect(volumeContent({ name: 'v', emptyDir: {} }, SOURCES)).toEqual({ kind: 'empty' })
    expect(volumeContent({ name: 'v', hostPath: { path: '/x', type: 'File' } }, SOURCES)).toEqual({
      kind: 'host',
      path: '/x',
      type: 'File',
    })
  })

  it.each<[string[], Omit<Volume, 'name'>]>([
    [['one=1:644', 'raw=\u0000\u00ff:644'], { configMap: { name: 'map' } }],
    [['a/b=1:600'], { configMap: { name: 'map', defaultMode: 0o600, items: [{ key: 'one', path: 'a/b' }] } }],
    [['token=s3cret:644'], { secret: { secretName: 'keys' } }],
    [['t=s3cret:400'], { secret: { secretName: 'keys', items: [{ key: 'token', path: 't', mode: 0o400 }] } }],
    [[], { secret: { secretName: 'no', optional: true } }],
    [[], { configMap: { name: 'map', optional: true, items: [{ key: 'no', path: 'x' }] } }],
    [
      ['labels=a="b":644', 'cpu=4:644'],
      {
        downwardAPI: {
          items: [
            { path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } },
            { path: 'cpu', resourceFieldRef: { containerName: 'base', resource: 'limits.cpu' } },
          ],
        },
      },
    ],
    [
      ['one=1:640', 'raw=\u0000\u00ff:640', 'token=s3cret:640', 'name=pod-1:640'],
      {
        projected: {
          defaultMode: 0o640,
          sources: [
            { configMap: { name: 'map' } },
            { secret: { name: 'keys' } },
            { downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
          ],
        },
      },
    ],
  ])('has %j', (files, volume) => {
    expect(filesOf(volume)).toEqual(files)
  })

  it.each<[string, Omit<Volume, 'name'>]>([
    ['configmap "no" not found', { configMap: { name: 'no' } }],
    ['secret "no" not found', { secret: { secretName: 'no' } }],
    [
      'configmap references non-existent config key: k',
      { configMap: { name: 'map', items: [{ key: 'k', path: 'k' }] } },
    ],
    ['references non-existent secret key: k', { secret: { secretName: 'keys', items: [{ key: 'k', path: 'k' }] } }],
    [
      'the dev cluster has no persistentVolumeClaim volumes; it has emptyDir, configMap, secret, downwardAPI, projected and hostPath',
      { persistentVolumeClaim: { claimName: 'x' } },
    ],
    [
      'the dev cluster projects configMap, secret and downwardAPI, not serviceAccountToken',
      { projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
    ],
  ])('says %s', (detail, volume) => {
    expect(() => volumeContent({ name: 'v', ...volume }, SOURCES)).toThrow(
      new VolumeSetupError(`MountVolume.SetUp failed for volume "v" : ${detail}`),
    )
  })
})
