import { describe, expect, it } from 'vitest'
import { ApiTypes } from '../../../src/apiserver/schema/api-type.ts'
import { decodeObject } from '../../../src/apiserver/schema/decode-object.ts'
import { parseJsonText } from '../../../src/apiserver/schema/json-text.ts'

const types = new ApiTypes()
const decodePod = (input: unknown) => decodeObject(types, 'Pod', input)
const container = { name: 'a', image: 'b' }

describe('decodeObject', () => {
  it('leaves out what is empty, and writes what Go always writes', () => {
    const { value } = decodePod({
      metadata: { name: 'a', labels: {}, annotations: null, creationTimestamp: null },
      spec: {
        containers: [{ ...container, command: [], env: [{ name: 'A', value: '' }], stdin: false }],
        hostNetwork: false,
      },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    })
    expect(value).toEqual({
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'a', image: 'b', env: [{ name: 'A' }], resources: {} }] },
      status: {
        conditions: [{ type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null }],
      },
    })
  })

  it('keeps false and zero where they differ from nothing', () => {
    const spec = { containers: [], automountServiceAccountToken: false, activeDeadlineSeconds: 0 }
    expect(decodePod({ spec }).value.spec).toEqual(spec)
  })

  it('writes fields in the order of the API, and keys of maps by the alphabet', () => {
    const { value } = decodePod({
      spec: { nodeName: 'n', containers: [] },
      metadata: { labels: { b: '1', a: '2' }, name: 'x' },
    })
    expect(JSON.stringify(value)).toBe(
      '{"metadata":{"name":"x","labels":{"a":"2","b":"1"}},"spec":{"containers":[],"nodeName":"n"},"status":{}}',
    )
  })

  it('writes times, quantities and ports in one way', () => {
    const { value } = decodePod({
      metadata: { creationTimestamp: '2026-01-01T01:00:00.5+01:00' },
      spec: {
        containers: [
          { ...container, resources: { limits: { cpu: 0.5 } }, livenessProbe: { httpGet: { port: 'web' } } },
        ],
      },
    })
    expect(value).toMatchObject({
      metadata: { creationTimestamp: '2026-01-01T00:00:00Z' },
      spec: { containers: [{ resources: { limits: { cpu: '500m' } }, livenessProbe: { httpGet: { port: 'web' } } }] },
    })
    const event = decodeObject(types, 'Event', { eventTime: '2026-01-01T01:00:00.123456+01:00' }).value
    expect(event.eventTime).toBe('2026-01-01T00:00:00.123456Z')
  })

  it('tells unknown and repeated fields in the order of the text', () => {
    const { value, notes } = parseJsonText(
      '{"kind":"Pod","apiVersion":"v1","metadata":{"foo":1,"labels":{"a":"1","a":"2"}},"spec":{"nodeName":"x","nodeName":"y",' +
        '"containers":[{"name":"a","foo":1},{"Name":"c"}],"bar":{}},"baz":1}',
    )
    expect(decodeObject(types, 'Pod', value, notes).strictErrors).toEqual([
      'unknown field "metadata.foo"',
      'duplicate field "metadata.labels.a"',
      'duplicate field "spec.nodeName"',
      'unknown field "spec.containers[0].foo"',
      'unknown field "spec.containers[1].Name"',
      'unknown field "spec.bar"',
      'unknown field "baz"',
    ])
  })

  it('reads numbers as they are written, and each repetition', () => {
    const problemOf = (text: string) => {
      const { value, notes } = parseJsonText(text)
      return () => decodeObject(types, 'Pod', value, notes)
    }
    expect(problemOf('{"spec":{"activeDeadlineSeconds":1.0}}')).toThrow('cannot unmarshal number 1.0 into Go struct')
    expect(problemOf('{"spec":{"priority":2147483648}}')).toThrow('cannot unmarshal number 2147483648 into Go struct')
    expect(problemOf('{"metadata":1,"metadata":{}}')).toThrow(
      'cannot unmarshal number into Go struct field Pod.metadata',
    )
    expect(problemOf('{"spec":{"activeDeadlineSeconds":9223372036854775807}}')).not.toThrow()
  })

  it('tells the first value of a wrong type, but before it what cannot read itself', () => {
    const container = { name: 1, resources: { limits: { cpu: 'x' } } }
    expect(() => decodePod({ spec: { nodeName: 1, containers: [container] } })).toThrow('quantities must match')
    expect(() => decodePod({ spec: { nodeName: 1, containers: [{ name: 1 }] } })).toThrow('PodSpec.spec.nodeName')
  })

  it.for<readonly [unknown, string]>([
    [
      { spec: { volumes: [{ emptyDir: 1 }] } },
      'cannot unmarshal number into Go struct field Volume.spec.volumes.VolumeSource.emptyDir of type v1.EmptyDirVolumeSource',
    ],
    [
      { metadata: { creationTimestamp: 1 } },
      'cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
    ],
    [
      { spec: { containers: [{ readinessProbe: { httpGet: { port: 1.5 } } }] } },
      'cannot unmarshal number 1.5 into Go struct field HTTPGetAction.spec.containers.readinessProbe.ProbeHandler.httpGet.port of type int32',
    ],
    [
      { spec: { containers: 'x' } },
      'cannot unmarshal string into Go struct field PodSpec.spec.containers of type []v1.Container',
    ],
    [
      { spec: { containers: [{ name: 1 }] } },
      'cannot unmarshal number into Go struct field Container.spec.containers.name of type string',
    ],
    [
      { metadata: { labels: { a: true } } },
      'cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string',
    ],
    [{ metadata: [] }, 'cannot unmarshal array into Go struct field Pod.metadata of type v1.ObjectMeta'],
    [
      { spec: { activeDeadlineSeconds: 1.5 } },
      'cannot unmarshal number 1.5 into Go struct field PodSpec.spec.activeDeadlineSeconds of type int64',
    ],
    [
      { spec: { restartPolicy: {} } },
      'cannot unmarshal object into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy',
    ],
    [[], 'cannot unmarshal array into Go value of type v1.Pod'],
    [
      { spec: { containers: [{ resources: { limits: { cpu: true } } }] } },
      'quantities must match the regular expression',
    ],
    [{ metadata: { creationTimestamp: 'yesterday' } }, 'cannot parse "yesterday" as "2006"'],
  ])('refuses %j', ([input, message]) => {
    expect(() => decodePod(input)).toThrow(message)
  })

  it('refuses data that is no base64', () => {
    expect(() => decodeObject(types, 'Secret', { data: { a: '!!' } })).toThrow('illegal base64 data at input byte 0')
    expect(decodeObject(types, 'Secret', { data: { a: 'ZA==' } }).value.data).toEqual({ a: 'ZA==' })
  })

  it('takes over the very parts of an object that it knows', () => {
    const known = decodePod({ metadata: { name: 'a' }, spec: { containers: [container] } }).value
    const { spec } = known
    const next = decodeObject(types, 'Pod', { metadata: { name: 'b' }, status: {}, spec }, undefined, known).value
    expect(next.spec).toBe(spec)
    expect(next).toEqual(decodePod({ metadata: { name: 'b' }, status: {}, spec }).value)
  })
})
