import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { labelNameRule, labelValueRule, qualifiedNameRule, subdomainRule } from '../support/name-rules.ts'
import { type Cause, invalid } from '../support/status-bodies.ts'
import { type TestPodOptions, testPod } from '../support/test-pod.ts'

/** What is wrong with the pod `p`, and the causes that the answer names. */
type Row = readonly [title: string, wrong: TestPodOptions, ...causes: readonly Cause[]]

const metadata: readonly Row[] = [
  [
    'a label name with a space',
    { labels: { 'a b': 'x' } },
    ['Invalid', 'metadata.labels', `Invalid value: "a b": ${qualifiedNameRule}`],
  ],
  [
    'a label prefix in capitals',
    { labels: { 'Exa/a': 'x' } },
    ['Invalid', 'metadata.labels', `Invalid value: "Exa/a": prefix part ${subdomainRule}`],
  ],
  [
    'a label value with a space',
    { labels: { a: 'x y' } },
    ['Invalid', 'metadata.labels', `Invalid value: "x y": ${labelValueRule}`],
  ],
  [
    'a label value of 64',
    { labels: { a: 'x'.repeat(64) } },
    ['Invalid', 'metadata.labels', `Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`],
  ],
  [
    'an annotation name with a space',
    { annotations: { 'a b': 'x' } },
    ['Invalid', 'metadata.annotations', `Invalid value: "a b": ${qualifiedNameRule}`],
  ],
  [
    'annotations of more than 256 KiB',
    { annotations: { a: 'x'.repeat(262_144) } },
    ['TooLong', 'metadata.annotations', 'Too long: may not be more than 262144 bytes'],
  ],
  [
    'a finalizer without a prefix',
    { finalizers: ['foo'] },
    [
      'Invalid',
      'metadata.finalizers[0]',
      'Invalid value: "foo": name is neither a standard finalizer name nor is it fully qualified',
    ],
  ],
  [
    'a finalizer with a wrong prefix',
    { finalizers: ['a b/c'] },
    ['Invalid', 'metadata.finalizers', `Invalid value: "a b/c": prefix part ${subdomainRule}`],
  ],
]

const container = (wrong: Partial<Container>): TestPodOptions => ({ container: wrong })
const base = 'spec.containers[0]'
const emptyDir = { name: 'v', emptyDir: {} }
const mount = { name: 'v', mountPath: '/d' }

const containers: readonly Row[] = [
  ['no containers', { spec: { containers: [] } }, ['Required', 'spec.containers', 'Required value']],
  ['no image', container({ image: '' }), ['Required', `${base}.image`, 'Required value']],
  [
    'an image with a space',
    container({ image: ' busybox' }),
    ['Invalid', `${base}.image`, 'Invalid value: " busybox": must not have leading or trailing whitespace'],
  ],
  ['no container name', container({ name: '' }), ['Required', `${base}.name`, 'Required value']],
  [
    'a container name in capitals',
    container({ name: 'Base_1' }),
    ['Invalid', `${base}.name`, `Invalid value: "Base_1": ${labelNameRule}`],
  ],
  [
    'two containers of one name',
    {
      spec: {
        containers: [
          { name: 'base', image: 'a' },
          { name: 'base', image: 'b' },
        ],
      },
    },
    ['Duplicate', 'spec.containers[1].name', 'Duplicate value: "base"'],
  ],
  [
    'an init container of that name',
    { spec: { initContainers: [{ name: 'base', image: 'a' }] } },
    ['Duplicate', 'spec.initContainers[0].name', 'Duplicate value: "base"'],
  ],
  [
    'an unknown pull policy',
    container({ imagePullPolicy: 'Maybe' }),
    [
      'NotSupported',
      `${base}.imagePullPolicy`,
      'Unsupported value: "Maybe": supported values: "Always", "IfNotPresent", "Never"',
    ],
  ],
  [
    'env without a name',
    container({ env: [{ name: '', value: 'x' }] }),
    ['Required', `${base}.env[0].name`, 'Required value'],
  ],
  [
    'an env name with =',
    container({ env: [{ name: 'A=B', value: 'x' }] }),
    [
      'Invalid',
      `${base}.env[0].name`,
      'Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than \'=\'',
    ],
  ],
  [
    'env with value and valueFrom',
    container({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
    ['Invalid', `${base}.env[0].valueFrom`, 'Invalid value: "": may not be specified when `value` is not empty'],
  ],
  [
    'env from an unknown field',
    container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.foo' } } }] }),
    [
      'Invalid',
      `${base}.env[0].valueFrom.fieldRef.fieldPath`,
      'Invalid value: "metadata.foo": error converting fieldPath: field label not supported: metadata.foo',
    ],
  ],
  [
    'a negative quantity',
    container({ resources: { requests: { cpu: '-1' } } }),
    ['Invalid', `${base}.resources.requests[cpu]`, 'Invalid value: "-1": must be greater than or equal to 0'],
  ],
  [
    'an unknown resource',
    container({ resources: { requests: { foo: '1' } } }),
    [
      'Invalid',
      `${base}.resources.requests[foo]`,
      'Invalid value: "foo": must be a standard resource type or fully qualified',
    ],
    ['Invalid', `${base}.resources.requests[foo]`, 'Invalid value: "foo": must be a standard resource for containers'],
  ],
  [
    'a limit below its request',
    container({ resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } } }),
    [
      'Invalid',
      `${base}.resources.requests`,
      'Invalid value: "2Gi": must be less than or equal to memory limit of 1Gi',
    ],
  ],
]

const spec = (wrong: Partial<PodSpec>): TestPodOptions => ({ spec: wrong })

const pods: readonly Row[] = [
  [
    'two volumes of one name',
    spec({ volumes: [emptyDir, emptyDir] }),
    ['Duplicate', 'spec.volumes[1].name', 'Duplicate value: "v"'],
  ],
  [
    'a volume of two types',
    spec({ volumes: [{ ...emptyDir, hostPath: { path: '/x' } }] }),
    ['Forbidden', 'spec.volumes[0].hostPath', 'Forbidden: may not specify more than 1 volume type'],
  ],
  [
    'a volume name in capitals',
    spec({ volumes: [{ name: 'V_1', emptyDir: {} }] }),
    ['Invalid', 'spec.volumes[0].name', `Invalid value: "V_1": ${labelNameRule}`],
  ],
  [
    'a mount of a missing volume',
    container({ volumeMounts: [mount] }),
    ['NotFound', `${base}.volumeMounts[0].name`, 'Not found: "v"'],
  ],
  [
    'two mounts at one path',
    { spec: { volumes: [emptyDir], containers: [{ name: 'base', image: 'a', volumeMounts: [mount, mount] }] } },
    ['Invalid', `${base}.volumeMounts[1].mountPath`, 'Invalid value: "/d": must be unique'],
  ],
  [
    'a mount without a path',
    {
      spec: {
        volumes: [emptyDir],
        containers: [{ name: 'base', image: 'a', volumeMounts: [{ name: 'v', mountPath: '' }] }],
      },
    },
    ['Required', `${base}.volumeMounts[0].mountPath`, 'Required value'],
  ],
  [
    'an unknown restart policy',
    spec({ restartPolicy: 'Sometimes' }),
    [
      'NotSupported',
      'spec.restartPolicy',
      'Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"',
    ],
  ],
  [
    'a deadline of 0',
    spec({ activeDeadlineSeconds: 0 }),
    ['Invalid', 'spec.activeDeadlineSeconds', 'Invalid value: 0: must be between 1 and 2147483647, inclusive'],
  ],
  [
    'a node selector with a space',
    spec({ nodeSelector: { 'a b': 'c' } }),
    ['Invalid', 'spec.nodeSelector', `Invalid value: "a b": ${qualifiedNameRule}`],
  ],
  [
    'an unknown toleration operator',
    spec({ tolerations: [{ key: 'a', operator: 'Foo' }] }),
    ['NotSupported', 'spec.tolerations[0].operator', 'Unsupported value: "Foo": supported values: "Equal", "Exists"'],
  ],
]

/** Of what the dev cluster stores and does not act on. */
const withoutEffect: readonly Row[] = [
  [
    'a probe that looks at nothing',
    container({ livenessProbe: {} }),
    ['Required', `${base}.livenessProbe`, 'Required value: must specify a handler type'],
  ],
  [
    'a profile without a type',
    container({ securityContext: { seccompProfile: {} as { type: string } } }),
    [
      'Required',
      `${base}.securityContext.seccompProfile.type`,
      'Required value: type is required when seccompProfile is set',
    ],
  ],
  [
    'a mount that spreads, and may not',
    { container: { volumeMounts: [{ ...mount, mountPropagation: 'Bidirectional' }] }, spec: { volumes: [emptyDir] } },
    [
      'Forbidden',
      `${base}.volumeMounts.mountPropagation`,
      'Forbidden: Bidirectional mount propagation is available only to privileged containers',
    ],
  ],
  [
    'an unknown operator on nodes',
    {
      spec: {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] }],
            },
          },
        },
      },
    },
    [
      'Invalid',
      'spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator',
      'Invalid value: "Like": not a valid selector operator',
    ],
  ],
  [
    'the DNS of nobody',
    { spec: { dnsPolicy: 'None' } },
    ['Required', 'spec.dnsConfig', 'Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
  ],
  [
    'a token of a second',
    {
      spec: {
        volumes: [
          { name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 1 } }] } },
        ],
      },
    },
    [
      'Invalid',
      'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds',
      'Invalid value: 1: may not specify a duration less than 10 minutes',
    ],
  ],
  [
    'users of its own in the network of the host',
    { spec: { hostUsers: false, hostNetwork: true } },
    ['Forbidden', 'spec.hostNetwork', 'Forbidden: when `hostUsers` is false'],
  ],
  [
    'huge pages alone',
    container({ resources: { limits: { 'hugepages-2Mi': '4Mi' } } }),
    ['Forbidden', `${base}.resources`, 'Forbidden: HugePages require cpu or memory'],
  ],
]

conformance('validation of pods', {}, (it) => {
  it.for([...metadata, ...containers, ...pods, ...withoutEffect])(
    'refuses %s',
    async ([, wrong, ...causes], { api, namespace }) => {
      const { status, body } = await api.post(podsPath(namespace), testPod('p', wrong))
      expect({ status, body }).toEqual({ status: 422, body: invalid({ kind: 'Pod', name: 'p' }, ...causes) })
    },
  )

  it.for<readonly [string, string, Cause]>([
    ['none', '', ['Required', 'metadata.name', 'Required value: name or generateName is required']],
    ['capitals', 'Bad', ['Invalid', 'metadata.name', `Invalid value: "Bad": ${subdomainRule}`]],
    [
      '254 characters',
      'a'.repeat(254),
      ['Invalid', 'metadata.name', `Invalid value: "${'a'.repeat(254)}": must be no more than 253 characters`],
    ],
  ])('refuses a name of %s', async ([, name, cause], { api, namespace }) => {
    const { status, body } = await api.post(podsPath(namespace), testPod(name))
    expect({ status, body }).toEqual({ status: 422, body: invalid({ kind: 'Pod', name }, cause) })
  })

  it('refuses a generateName in capitals, and the name that came of it', async ({ api, namespace }) => {
    const pod = testPod('', {})
    const { status, body } = await api.post<{ details: { name: string } }>(podsPath(namespace), {
      ...pod,
      metadata: { generateName: 'Foo-' },
    })
    const { name } = body.details
    expect(name).toMatch(/^Foo-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
    const causes: Cause[] = [
      ['Invalid', 'metadata.generateName', `Invalid value: "Foo-": ${subdomainRule}`],
      ['Invalid', 'metadata.name', `Invalid value: "${name}": ${subdomainRule}`],
    ]
    expect({ status, body }).toEqual({ status: 422, body: invalid({ kind: 'Pod', name }, ...causes) })
  })

  it('names every problem at once', async ({ api, namespace }) => {
    const { status, body } = await api.post(podsPath(namespace), testPod('Bad', { container: { image: '' } }))
    const causes: Cause[] = [
      ['Invalid', 'metadata.name', `Invalid value: "Bad": ${subdomainRule}`],
      ['Required', 'spec.containers[0].image', 'Required value'],
    ]
    expect({ status, body }).toEqual({ status: 422, body: invalid({ kind: 'Pod', name: 'Bad' }, ...causes) })
  })
})
