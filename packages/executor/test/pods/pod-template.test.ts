import { describe, expect, it } from 'vitest'
import { PodTemplateError } from '../../src/errors.ts'
import { parsePodTemplate } from '../../src/pods/pod-template.ts'

const POD = `apiVersion: v1
kind: Pod
metadata:
  name: template
spec:
  containers:
    - name: base
      image: busybox
`

describe('parsePodTemplate', () => {
  it('reads a pod', () => {
    expect(parsePodTemplate(POD, 'pod.yaml')).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'template' },
      spec: { containers: [{ name: 'base', image: 'busybox' }] },
    })
  })

  it('reads YAML 1.1, as kubectl and Airflow do', () => {
    const text = `
kind: Pod
metadata:
  labels: &labels { app: y, day: 2024-01-01, n: "no" }
  annotations:
    <<: *labels
    more: N
spec:
  hostNetwork: yes
  shareProcessNamespace: on
  automountServiceAccountToken: off
  enableServiceLinks: No
  containers:
    - name: base
      tty: True
      resources: { limits: { cpu: 1, memory: 1.5Gi }, requests: { cpu: 0.5 } }
      ports: [{ containerPort: 0x1F90 }]
  volumes:
    - name: config
      configMap: { name: c, defaultMode: 0644 }
    - name: secret
      secret: { secretName: s, defaultMode: 420 }
`
    expect(parsePodTemplate(text, 'pod.yaml')).toEqual({
      kind: 'Pod',
      metadata: {
        labels: { app: 'y', day: '2024-01-01', n: 'no' },
        annotations: { app: 'y', day: '2024-01-01', n: 'no', more: 'N' },
      },
      spec: {
        hostNetwork: true,
        shareProcessNamespace: true,
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        containers: [
          {
            name: 'base',
            tty: true,
            resources: { limits: { cpu: 1, memory: '1.5Gi' }, requests: { cpu: 0.5 } },
            ports: [{ containerPort: 8080 }],
          },
        ],
        volumes: [
          { name: 'config', configMap: { name: 'c', defaultMode: 420 } },
          { name: 'secret', secret: { secretName: 's', defaultMode: 420 } },
        ],
      },
    })
  })

  const FIRST = 'the first one is the task’s own: name it base'
  it.each<[string, string, string]>([
    ['empty', '', 'pod.yaml: is empty; write a pod: kind: Pod'],
    ['of comments', '# nothing\n', 'pod.yaml: is empty; write a pod: kind: Pod'],
    ['null', 'null\n', 'pod.yaml: is empty; write a pod: kind: Pod'],
    ['text', 'just text', 'pod.yaml:1: must be an object with the fields of a pod'],
    ['a list', '- a\n- b\n', 'pod.yaml:1: must be an object with the fields of a pod'],
    ['several documents', `${POD}---\n${POD}`, 'pod.yaml: has several YAML documents; a pod template is one'],
    ['no YAML', 'spec:\n  a: [1\nb: 2\n', 'pod.yaml:3: is no valid YAML: '],
    ['indented by a tab', 'spec:\n\ta: 1\n', 'pod.yaml:2: is no valid YAML: '],
    ['with a key twice', `${POD}      image: other\n`, 'pod.yaml:9: is no valid YAML: Map keys must be unique'],
    ['with an alias to nothing', `${POD}      command: *none\n`, 'pod.yaml: cannot be resolved: '],
    ['of another kind', POD.replace('Pod', 'Deployment'), 'pod.yaml:2: kind: must be Pod, not Deployment'],
    ['of another version', POD.replace('v1', 'v2'), 'pod.yaml:1: apiVersion: must be v1, not v2'],
    ['without a spec', 'kind: Pod\n', `pod.yaml:1: has no spec with containers; ${FIRST}`],
    ['without containers', 'kind: Pod\nspec:\n  nodeName: a\n', `pod.yaml:2: spec: has no containers; ${FIRST}`],
    ['with no container', 'kind: Pod\nspec:\n  containers: []\n', `pod.yaml:3: spec.containers: is empty; ${FIRST}`],
  ])('refuses a file that is %s', (_, text, message) => {
    expect(messageOf(text)).toContain(message)
    expect(messageOf(text).startsWith(message)).toBe(true)
  })

  it('names all problems at once, with their lines', () => {
    const text = `kind: Pod
metadata:
  lables: { a: b }
spec:
  nodeSelector:
    gpu: true
  containers:
    - name: base
      image: busybox
      env:
        - name: PORT
          value: 8080
        - nme: X
      imagePullPolicy: [Always]
    - name: sidecar
      resources: { limits: { cpu: [1] } }
  replicas: 3
`
    expect(messageOf(text).split('\n')).toEqual([
      'pod.yaml:3: metadata.lables: unknown field; did you mean labels?',
      'pod.yaml:6: spec.nodeSelector.gpu: must be text, not the boolean true; put it in quotes',
      'pod.yaml:12: spec.containers[0].env[0].value: must be text, not the number 8080; put it in quotes',
      'pod.yaml:13: spec.containers[0].env[1].nme: unknown field; did you mean name?',
      'pod.yaml:14: spec.containers[0].imagePullPolicy: must be text, not a list',
      'pod.yaml:16: spec.containers[1].resources.limits.cpu: must be a quantity such as 500m or 2Gi, not a list',
      'pod.yaml:17: spec.replicas: unknown field',
    ])
  })

  it('names the line of what an alias brought in by the place that uses it', () => {
    const text = `kind: Pod
metadata:
  annotations: &a
    x: 1
  labels: *a
spec: { containers: [{ name: base }] }
`
    expect(messageOf(text).split('\n')).toEqual([
      'pod.yaml:4: metadata.annotations.x: must be text, not the number 1; put it in quotes',
      'pod.yaml:4: metadata.labels.x: must be text, not the number 1; put it in quotes',
    ])
  })

  it('reads leniently what Airflow reads', () => {
    const text = `${POD}      extra: 1\n      env: [{ name: N, value: 5 }, { name: B, value: yes }]\n      image: twice\n`
    expect(parsePodTemplate(text, 'pod.yaml', { strict: false }).spec?.containers).toEqual([
      {
        name: 'base',
        image: 'twice',
        env: [
          { name: 'N', value: '5' },
          { name: 'B', value: 'True' },
        ],
      },
    ])
  })

  it('does not unfold a bomb of aliases', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, index) => {
        const before = 'abcdefgh'[index]
        return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`
      }),
    ].join('\n')
    expect(messageOf(bomb)).toMatch(/^pod\.yaml: cannot be resolved: /)
  })
})

function messageOf(text: string): string {
  try {
    parsePodTemplate(text, 'pod.yaml')
  } catch (error) {
    if (error instanceof PodTemplateError) return error.message
    throw error
  }
  return ''
}
