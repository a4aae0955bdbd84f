import { describe, expect, it } from 'vitest'
import { PodError } from '../../src/errors.ts'
import { deserializeModelDict } from '../../src/pods/pod-model.ts'
import { frozen } from '../support/frozen.ts'

describe('deserializeModelDict', () => {
  it('gives a pod of its own', () => {
    const object = frozen({ metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'base', env: null }] } })
    const pod = deserializeModelDict(object)
    expect(pod).toEqual(object)
    pod.spec?.containers.pop()
    expect(object.spec.containers).toHaveLength(1)
    expect(deserializeModelDict({ metadata: { name: 'a' } })).toEqual({ metadata: { name: 'a' } })
  })

  it.each<[unknown, string]>([
    [null, 'must be an object with the fields of a pod'],
    ['kind: Pod', 'must be an object with the fields of a pod'],
    [[{}], 'must be an object with the fields of a pod'],
    [{ spec: {} }, 'spec: has no containers; the first one is the task’s own: name it base'],
    [{ kind: 'Job' }, 'kind: must be Pod, not Job'],
    [{ spec: [] }, 'spec: must be an object, not a list'],
    [{ spec: { containers: {} } }, 'spec.containers: must be a list, not an object'],
    [{ spec: { containers: [null] } }, 'spec.containers[0]: must be an object, not null'],
    [{ metadata: { labels: ['a'] } }, 'metadata.labels: must be a map, not a list'],
    [
      { metadata: { labels: { 'app.kubernetes.io/name': 1 } } },
      'metadata.labels["app.kubernetes.io/name"]: must be text, not the number 1; put it in quotes',
    ],
    [
      { spec: { containers: [{ ports: [{ containerPort: '80' }] }] } },
      'spec.containers[0].ports[0].containerPort: must be a whole number, not the text "80"',
    ],
    [
      { spec: { containers: [{ livenessProbe: { httpGet: { port: true } } }] } },
      'spec.containers[0].livenessProbe.httpGet.port: must be a whole number or text, not the boolean true',
    ],
  ])('refuses %j', (object, message) => {
    expect(() => deserializeModelDict(object)).toThrow(PodError)
    expect(() => deserializeModelDict(object)).toThrow(message)
  })

  it('takes the fields of Kubernetes 1.36 in every depth', () => {
    const spec = {
      resources: { limits: { cpu: '1' } },
      resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 't' }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'In', values: ['b'] }] }],
          },
        },
      },
      initContainers: [{ name: 'sidecar', restartPolicy: 'Always', startupProbe: { grpc: { port: 1, service: 's' } } }],
      containers: [
        {
          name: 'base',
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          volumeMounts: [{ name: 'v', mountPath: '/v', recursiveReadOnly: 'Enabled' }],
          securityContext: { capabilities: { drop: ['ALL'] }, seccompProfile: { type: 'RuntimeDefault' } },
          lifecycle: { preStop: { sleep: { seconds: 1 } }, stopSignal: 'SIGINT' },
          restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [42] } }],
        },
      ],
      volumes: [
        { name: 'v', emptyDir: { sizeLimit: '1Gi' } },
        { name: 'image', image: { reference: 'r', pullPolicy: 'Always' } },
        { name: 'p', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 600 } }] } },
      ],
      topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
    }
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { annotations: { a: 'b' } }, spec }
    expect(deserializeModelDict(pod)).toEqual(pod)
    expect(deserializeModelDict(pod, { strict: false })).toEqual(pod)
  })
})
