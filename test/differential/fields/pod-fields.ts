import type { FieldTable } from './field-table.ts'

/** Of a container; its path leads. */
function containerFields(at: string): FieldTable {
  const fields: FieldTable = {
    name: ['base', 'side', 'Base_1', '', null, 'n'.repeat(64), 5],
    image: ['busybox', 'busybox:1.36', 'registry.example.com:5000/a/b@sha256:0', '', ' busybox', null, undefined, 5],
    imagePullPolicy: ['Always', 'IfNotPresent', 'Never', '', 'Maybe'],
    command: [['sh', '-c', 'true'], [], null, 'true', [5]],
    args: [['one', '$(TWO)'], ['']],
    workingDir: ['/work', 'work', ''],
    env: [
      [{ name: 'A', value: '1' }],
      [
        { name: 'A', value: '1' },
        { name: 'A', value: '2' },
      ],
      [{ name: 'A' }, { name: 'B', value: '$(A)' }],
      [{ name: '' }],
      [{ name: 'A=B' }],
      [{ name: 'A', value: 1 }],
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['app']" } } }],
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: "metadata.labels['a b']" } } }],
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.labels' } } }],
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }],
      [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.phase' } } }],
      [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v2', fieldPath: 'metadata.name' } } }],
      [{ name: 'A', valueFrom: { fieldRef: {} } }],
      [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
      [{ name: 'A', valueFrom: {} }],
      [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'a', key: 'k', optional: true } } }],
      [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'A_', key: 'a b' } } }],
      [{ name: 'A', valueFrom: { configMapKeyRef: {} } }],
      [{ name: 'A', valueFrom: { secretKeyRef: { name: 'a', key: 'k' }, configMapKeyRef: { name: 'a', key: 'k' } } }],
      [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } }],
      [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '1Mi' } } }],
      [{ name: 'A', valueFrom: { resourceFieldRef: { resource: 'limits.memory', divisor: '3' } } }],
      [{ name: 'A', valueFrom: { resourceFieldRef: { containerName: 'base', resource: 'requests.foo' } } }],
      [],
      null,
      {},
    ],
    envFrom: [
      [{ configMapRef: { name: 'a' } }],
      [{ prefix: 'P_', secretRef: { name: 'a', optional: true } }],
      [{ prefix: 'a=b', secretRef: { name: 'a' } }],
      [{}],
      [{ configMapRef: {} }],
      [{ configMapRef: { name: 'A_' } }],
      [{ configMapRef: { name: 'a' }, secretRef: { name: 'a' } }],
    ],
    ports: [
      [{ containerPort: 80 }],
      [{ name: 'http', containerPort: 80, protocol: 'TCP' }],
      [
        { name: 'http', containerPort: 80 },
        { name: 'http', containerPort: 81 },
      ],
      [{ containerPort: 80 }, { containerPort: 80 }],
      [{ containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' }],
      [
        { containerPort: 80, hostPort: 8080 },
        { containerPort: 81, hostPort: 8080 },
      ],
      [{ containerPort: 0 }],
      [{ containerPort: 65536 }],
      [{ containerPort: 80, hostPort: -1 }],
      [{ containerPort: 80, protocol: 'tcp' }],
      [{ containerPort: 80, hostIP: 'nowhere' }],
      [{ name: 'HTTP', containerPort: 80 }],
      [{ name: '--', containerPort: 80 }],
      [{ name: 'much-too-long-a-name', containerPort: 80 }],
      [{ containerPort: '80' }],
    ],
    resources: [
      { requests: { cpu: '100m', memory: '64Mi' } },
      { limits: { cpu: '1', memory: '1Gi' } },
      { requests: { cpu: 0.5 }, limits: { cpu: '0.5' } },
      { requests: { cpu: '2' }, limits: { cpu: '1' } },
      { requests: { cpu: '-1' } },
      { requests: { cpu: '2 cores' } },
      { requests: { cpu: '1e3', memory: '1.5Gi' } },
      { requests: { memory: '100m' } },
      { requests: { cpu: '0.1m' } },
      { requests: { foo: '1' } },
      { requests: { 'example.com/gpu': '1' } },
      { limits: { 'example.com/gpu': '1' } },
      { limits: { 'example.com/gpu': '0.5' } },
      { requests: { 'example.com/gpu': '1' }, limits: { 'example.com/gpu': '2' } },
      { limits: { 'hugepages-2Mi': '4Mi' } },
      { limits: { 'hugepages-2Mi': '3Mi', cpu: '1' } },
      { requests: { 'ephemeral-storage': '1Gi' } },
      { requests: { pods: '1' } },
      { requests: { 'a b': '1' } },
      { requests: { cpu: null } },
      { limits: {} },
      {},
      null,
      { requests: [] },
    ],
    resizePolicy: [
      [{ resourceName: 'cpu', restartPolicy: 'NotRequired' }],
      [{ resourceName: 'disk', restartPolicy: 'Sometimes' }],
    ],
    volumeMounts: [
      [{ name: 'data', mountPath: '/data' }],
      [{ name: 'data', mountPath: '/data', readOnly: true, subPath: 'a/b' }],
      [
        { name: 'data', mountPath: '/data' },
        { name: 'data', mountPath: '/data' },
      ],
      [{ name: 'data', mountPath: '/data', subPath: '/a' }],
      [{ name: 'data', mountPath: '/data', subPath: '../a' }],
      [{ name: 'data', mountPath: '/data', subPathExpr: '$(A)', subPath: 'a' }],
      [{ name: 'data', mountPath: '/data:ro' }],
      [{ name: 'data', mountPath: 'relative' }],
      [{ name: 'data', mountPath: '' }],
      [{ name: 'data', mountPath: '/data', mountPropagation: 'HostToContainer' }],
      [{ name: 'data', mountPath: '/data', mountPropagation: 'Bidirectional' }],
      [{ name: 'data', mountPath: '/data', mountPropagation: 'Nowhere' }],
      [{ name: 'data', mountPath: '/data', readOnly: true, recursiveReadOnly: 'Enabled' }],
      [{ name: 'data', mountPath: '/data', recursiveReadOnly: 'Enabled' }],
      [{ name: 'nowhere', mountPath: '/data' }],
      [{ name: '', mountPath: '/data' }],
      [],
    ],
    livenessProbe: [
      { exec: { command: ['true'] } },
      { httpGet: { port: 80 } },
      { httpGet: { port: 'http', path: 'x', scheme: 'HTTPS', host: 'h', httpHeaders: [{ name: 'A-B', value: '1' }] } },
      { httpGet: { port: 0 } },
      { httpGet: { port: 'Not A Name', scheme: 'GOPHER' } },
      { httpGet: { port: 80, httpHeaders: [{ name: 'a b', value: '1' }] } },
      { tcpSocket: { port: 80 }, periodSeconds: 0, timeoutSeconds: 5 },
      { tcpSocket: {} },
      { grpc: { port: 80 } },
      { grpc: { port: 70000, service: 's' } },
      { exec: { command: [] } },
      {},
      { exec: { command: ['true'] }, tcpSocket: { port: 80 } },
      { exec: { command: ['true'] }, successThreshold: 2 },
      { exec: { command: ['true'] }, initialDelaySeconds: -1, failureThreshold: -2 },
      { exec: { command: ['true'] }, terminationGracePeriodSeconds: 5 },
      { exec: { command: ['true'] }, terminationGracePeriodSeconds: 0 },
      null,
    ],
    readinessProbe: [
      { exec: { command: ['true'] }, successThreshold: 2 },
      { exec: { command: ['true'] }, terminationGracePeriodSeconds: 5 },
      { tcpSocket: { port: 'http' } },
    ],
    startupProbe: [
      { exec: { command: ['true'] }, failureThreshold: 30 },
      { exec: {}, successThreshold: 3 },
    ],
    lifecycle: [
      { preStop: { exec: { command: ['true'] } } },
      { postStart: { httpGet: { port: 80 } } },
      { preStop: { sleep: { seconds: 5 } } },
      { preStop: { sleep: { seconds: 31 } } },
      { preStop: { sleep: { seconds: -1 } } },
      { preStop: {} },
      { preStop: { exec: { command: [] } }, postStart: { exec: { command: ['true'] }, tcpSocket: { port: 1 } } },
      {},
      { stopSignal: 'SIGUSR1' },
    ],
    terminationMessagePath: ['/dev/termination-log', '/else', ''],
    terminationMessagePolicy: ['File', 'FallbackToLogsOnError', '', 'Nothing'],
    securityContext: [
      {},
      { runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true },
      { runAsUser: -1 },
      { runAsGroup: 3_000_000_000 },
      { privileged: true },
      { privileged: true, allowPrivilegeEscalation: false },
      { capabilities: { add: ['NET_ADMIN'], drop: ['ALL'] }, readOnlyRootFilesystem: true },
      { capabilities: { add: ['CAP_SYS_ADMIN'] }, allowPrivilegeEscalation: false },
      { procMount: 'Default' },
      { procMount: 'Some' },
      { seccompProfile: { type: 'RuntimeDefault' } },
      { seccompProfile: { type: 'Localhost' } },
      { seccompProfile: { type: 'Localhost', localhostProfile: '../x' } },
      { seccompProfile: { type: 'Nothing' } },
      { appArmorProfile: { type: 'Unconfined' } },
      { appArmorProfile: { type: 'Localhost' } },
      { seLinuxOptions: { level: 's0' } },
      { windowsOptions: { runAsUserName: 'me' } },
    ],
    stdin: [true, 'yes'],
    tty: [true],
    restartPolicy: ['Always', 'Never', 'OnFailure', 'Sometimes', ''],
    restartPolicyRules: [
      [{ action: 'Restart', exitCodes: { operator: 'In', values: [3] } }],
      [{ action: 'Nothing', exitCodes: { operator: 'Is', values: [] } }],
    ],
    volumeDevices: [[{ name: 'data', devicePath: '/dev/x' }]],
    foo: ['bar'],
  }
  return Object.fromEntries(Object.entries(fields).map(([field, values]) => [`${at}.${field}`, values]))
}

/** Volumes by themselves and their mistakes. */
const volumes: FieldTable = {
  'spec.volumes': [
    [{ name: 'data' }],
    [{ name: 'data', emptyDir: {} }],
    [{ name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '1Gi' } }],
    [{ name: 'data', emptyDir: { medium: 'Paper', sizeLimit: '-1' } }],
    [{ name: 'data', hostPath: { path: '/tmp' } }],
    [{ name: 'data', hostPath: { path: '/tmp/../x', type: 'Directory' } }],
    [{ name: 'data', hostPath: { path: '', type: 'Something' } }],
    [{ name: 'data', configMap: { name: 'a' } }],
    [
      {
        name: 'data',
        configMap: { name: 'a', items: [{ key: 'k', path: 'a/b', mode: 0o400 }], defaultMode: 0o777, optional: true },
      },
    ],
    [{ name: 'data', configMap: { items: [{ key: '', path: '' }], defaultMode: 0o1000 } }],
    [{ name: 'data', configMap: { name: 'a', items: [{ key: 'k', path: '/x', mode: -1 }] } }],
    [
      {
        name: 'data',
        configMap: {
          name: 'a',
          items: [
            { key: 'k', path: '..x/y' },
            { key: 'k', path: '..' },
          ],
        },
      },
    ],
    [{ name: 'data', secret: { secretName: 'a' } }],
    [{ name: 'data', secret: { secretName: 'a', items: [{ key: 'k', path: 'a/../b' }], defaultMode: -1 } }],
    [{ name: 'data', secret: {} }],
    [{ name: 'data', persistentVolumeClaim: { claimName: 'a', readOnly: true } }],
    [{ name: 'data', persistentVolumeClaim: { claimName: '' } }],
    [{ name: 'data', persistentVolumeClaim: { claimName: 'A_' } }],
    [{ name: 'data', downwardAPI: { items: [{ path: 'labels', fieldRef: { fieldPath: 'metadata.labels' } }] } }],
    [
      {
        name: 'data',
        downwardAPI: { items: [{ path: 'cpu', resourceFieldRef: { containerName: 'base', resource: 'limits.cpu' } }] },
      },
    ],
    [{ name: 'data', downwardAPI: { items: [{ path: 'cpu', resourceFieldRef: { resource: 'limits.cpu' } }] } }],
    [
      {
        name: 'data',
        downwardAPI: { items: [{ path: '', fieldRef: { fieldPath: 'spec.nodeName' } }], defaultMode: 0o1000 },
      },
    ],
    [{ name: 'data', downwardAPI: { items: [{ path: 'x' }] } }],
    [{ name: 'data', projected: { sources: [{ configMap: { name: 'a' } }, { secret: { name: 'a' } }] } }],
    [
      {
        name: 'data',
        projected: {
          sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 600 } }],
          defaultMode: 0o400,
        },
      },
    ],
    [{ name: 'data', projected: { sources: [{ serviceAccountToken: { path: '', expirationSeconds: 1 } }] } }],
    [
      {
        name: 'data',
        projected: { sources: [{ downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.name' } }] } }] },
      },
    ],
    [{ name: 'data', projected: { sources: [{}] } }],
    [
      {
        name: 'data',
        projected: {
          sources: [
            { configMap: { name: 'a', items: [{ key: 'a', path: 'same' }] } },
            { secret: { name: 'a', items: [{ key: 'a', path: 'same' }] } },
          ],
        },
      },
    ],
    [{ name: 'data', projected: {} }],
    [{ name: 'data', emptyDir: {}, hostPath: { path: '/x' } }],
    [{ name: 'data' }, { name: 'data' }],
    [{ name: 'V_1' }],
    [{ name: '' }],
    [{ name: 'data', nfs: { server: 's', path: '/p' } }],
    [{ name: 'data', nfs: { server: '', path: 'p' } }],
    [{ name: 'data', csi: { driver: 'd.example.com' } }],
    [{ name: 'data', image: { reference: 'busybox' } }],
    [
      {
        name: 'data',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ],
    [],
    null,
    {},
  ],
}

/** What a pod may say of itself beside its containers. Nothing of it makes the default scheduler take the pod. */
const specFields: FieldTable = {
  'spec.restartPolicy': ['Always', 'OnFailure', 'Never', '', 'Sometimes', null],
  'spec.terminationGracePeriodSeconds': [0, 5, 60, -5, null, 'x'],
  'spec.activeDeadlineSeconds': [1000, 100, 0, -1, 2 ** 31, null, undefined, '5'],
  'spec.dnsPolicy': ['Default', 'ClusterFirst', 'None', 'Nothing', ''],
  'spec.dnsConfig': [
    { nameservers: ['1.2.3.4'], searches: ['example.com'], options: [{ name: 'ndots', value: '2' }] },
    { nameservers: ['x'] },
    { nameservers: ['1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'] },
    { searches: ['a b'] },
    { options: [{ value: '2' }] },
    {},
  ],
  'spec.nodeSelector': [{ disk: 'ssd' }, { disk: 'hdd', zone: 'a' }, {}, null, { 'a b': 'c' }, { disk: 'x y' }],
  'spec.serviceAccountName': ['default', 'nobody', '', 'Bad_'],
  'spec.serviceAccount': ['default', 'nobody'],
  'spec.nodeName': ['nowhere', '', 'Bad_', 'kwok-1-not'],
  'spec.hostNetwork': [true, false],
  'spec.hostPID': [true],
  'spec.hostIPC': [true],
  'spec.shareProcessNamespace': [true, false],
  'spec.hostUsers': [false, true],
  'spec.securityContext': [
    {},
    { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, supplementalGroups: [1, 2], runAsNonRoot: true },
    { runAsUser: -1, fsGroup: -1, supplementalGroups: [-1] },
    { fsGroupChangePolicy: 'OnRootMismatch' },
    { fsGroupChangePolicy: 'Never' },
    { supplementalGroupsPolicy: 'Strict' },
    { supplementalGroupsPolicy: 'Loose' },
    { sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }] },
    {
      sysctls: [
        { name: 'a b', value: '1' },
        { name: 'kernel.shm', value: '' },
        { name: 'kernel.shm', value: '' },
      ],
    },
    { seccompProfile: { type: 'Unconfined' } },
    { seccompProfile: { localhostProfile: 'x', type: 'RuntimeDefault' } },
    { seLinuxChangePolicy: 'Recursive' },
    null,
  ],
  'spec.imagePullSecrets': [[{ name: 'a' }], [{}], [{ name: '' }], null],
  'spec.hostname': ['host', 'Host_', 'h'.repeat(64)],
  'spec.subdomain': ['sub', 'Sub_'],
  'spec.setHostnameAsFQDN': [true],
  'spec.schedulerName': ['nobody', 'somebody'],
  'spec.tolerations': [
    [{ key: 'a', operator: 'Exists' }],
    [{ key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' }],
    [{ key: 'a', operator: 'Exists', value: 'b' }],
    [{ operator: 'Exists' }],
    [{ operator: 'Equal', value: 'x' }],
    [{}],
    [{ key: 'a', operator: 'Foo' }],
    [{ key: 'a', value: 'x y' }],
    [{ key: 'a', effect: 'Never' }],
    [{ key: 'a b', operator: 'Exists' }],
    [{ key: 'a', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 10 }],
    [{ key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 10 }],
    [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }],
    [{ key: 'a', operator: 'Gt', value: '5' }],
    [],
    null,
  ],
  'spec.hostAliases': [
    [{ ip: '1.2.3.4', hostnames: ['h', 'h.example.com'] }],
    [{ ip: 'x', hostnames: ['Bad_'] }],
    [{ hostnames: ['h'] }],
    [],
  ],
  'spec.priorityClassName': ['system-node-critical', 'system-cluster-critical', 'nope', ''],
  'spec.priority': [0, 5, 2_000_001_000, null],
  'spec.preemptionPolicy': ['Never', 'PreemptLowerPriority', 'Sometimes'],
  'spec.enableServiceLinks': [true, false, null],
  'spec.automountServiceAccountToken': [false],
  'spec.readinessGates': [[{ conditionType: 'example.com/ready' }], [{ conditionType: 'a b' }], [{}]],
  'spec.runtimeClassName': ['nope', 'Bad_'],
  'spec.overhead': [{ cpu: '1' }, {}],
  'spec.os': [{ name: 'linux' }, { name: 'windows' }, { name: 'dos' }, {}],
  'spec.schedulingGates': [
    [{ name: 'davit.test/gate' }],
    [{ name: 'davit.test/gate' }, { name: 'davit.test/other' }],
    [{ name: 'davit.test/gate' }, { name: 'davit.test/gate' }],
    [{ name: 'a b' }],
    [{ name: '' }],
    [{ name: 'plain' }],
    [],
    null,
    undefined,
  ],
  'spec.topologySpreadConstraints': [
    [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app: 'a' } },
      },
    ],
    [{ maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Sometimes', minDomains: 0 }],
    [
      {
        maxSkew: 1,
        topologyKey: 'zone',
        whenUnsatisfiable: 'ScheduleAnyway',
        minDomains: 2,
        nodeAffinityPolicy: 'Ignore',
        nodeTaintsPolicy: 'Nothing',
      },
    ],
    [
      { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' },
      { maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['a'] },
    ],
  ],
  'spec.affinity': [
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
        },
      },
    },
    { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] } } },
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'a b', operator: 'In' },
                { key: 'a', operator: 'Exists', values: ['x'] },
                { key: 'a', operator: 'Gt', values: ['x', '1'] },
                { key: 'a', operator: 'Is' },
              ],
            },
          ],
        },
      },
    },
    {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [
            { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['a'] }] },
            { matchFields: [{ key: 'spec.foo', operator: 'Exists' }] },
          ],
        },
      },
    },
    {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'Exists' }] } },
        ],
      },
    },
    {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 0, preference: {} },
          { weight: 101, preference: { matchExpressions: [{ key: 'a', operator: 'NotIn' }] } },
        ],
      },
    },
    {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'zone', labelSelector: { matchLabels: { app: 'a' } } },
        ],
      },
    },
    {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          {
            labelSelector: {
              matchExpressions: [
                { key: 'app', operator: 'Foo', values: [] },
                { key: 'app', operator: 'In' },
              ],
            },
            namespaces: ['Bad_'],
          },
        ],
      },
    },
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 100, podAffinityTerm: { topologyKey: 'zone', namespaceSelector: {} } },
        ],
      },
    },
    {
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 200, podAffinityTerm: { topologyKey: 'a b' } }],
      },
    },
    {},
    null,
  ],
  'spec.containers': [
    [
      { name: 'base', image: 'busybox' },
      { name: 'side', image: 'busybox' },
    ],
    [
      { name: 'base', image: 'busybox' },
      { name: 'base', image: 'busybox' },
    ],
    [{ name: 'side', image: 'busybox' }],
    [{}],
    [null],
    [],
    null,
    {},
  ],
  'spec.initContainers': [
    [{ name: 'first', image: 'busybox' }],
    [
      { name: 'first', image: 'busybox' },
      { name: 'second', image: 'busybox', restartPolicy: 'Always' },
    ],
    [{ name: 'base', image: 'busybox' }],
    [{ name: 'first', image: 'busybox', livenessProbe: { exec: { command: ['true'] } } }],
    [{ name: 'first', image: 'busybox', restartPolicy: 'Always', readinessProbe: { exec: { command: ['true'] } } }],
    [{ name: 'first' }],
    [{ name: 'first', image: 'busybox', resources: { limits: { cpu: '1', memory: '1Gi' } } }],
    [],
  ],
  'spec.ephemeralContainers': [[{ name: 'debug', image: 'busybox' }], []],
  'spec.resources': [{ requests: { cpu: '1' } }, { limits: { foo: '1' } }],
  'spec.resourceClaims': [[{ name: 'c', resourceClaimName: 'x' }], [{ name: 'C_' }]],
  'spec.hostnameOverride': ['host.example.com', 'Bad_'],
  'spec.foo': ['bar'],
  spec: [null, {}, 'x'],
}

export const podFields: FieldTable = {
  ...specFields,
  ...volumes,
  ...containerFields('spec.containers.0'),
  ...containerFields('spec.containers.1'),
  ...containerFields('spec.initContainers.0'),
}

const container = { name: 'base', image: 'busybox', imageID: '', ready: true, restartCount: 0 }
const PAST = '2001-02-03T04:05:06Z'

/** Of the subresource `status`. */
export const podStatusFields: FieldTable = {
  'status.phase': ['Running', 'Succeeded', 'Failed', 'Unknown', 'Pending', '', null, 'Strange'],
  'status.reason': ['Evicted', 'Mine', ''],
  'status.message': ['for people', ''],
  'status.conditions': [
    [{ type: 'Ready', status: 'True' }],
    [
      {
        type: 'Ready',
        status: 'False',
        reason: 'Because',
        message: 'm',
        lastTransitionTime: PAST,
        lastProbeTime: PAST,
      },
    ],
    [{ type: 'PodScheduled', status: 'True', observedGeneration: 1 }],
    [{ type: 'example.com/mine', status: 'Maybe' }],
    [{ type: 'Ready', status: 'True', observedGeneration: -1 }],
    [
      { type: 'Ready', status: 'True' },
      { type: 'Ready', status: 'False' },
    ],
    [{}],
    [],
    null,
  ],
  'status.podIP': ['10.0.0.1', 'x', ''],
  'status.podIPs': [
    [{ ip: '10.0.0.1' }],
    [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }],
    [{ ip: '10.0.0.1' }, { ip: '10.0.0.2' }],
    [{ ip: 'x' }],
    [],
  ],
  'status.hostIP': ['10.0.0.9', 'x'],
  'status.hostIPs': [[{ ip: '10.0.0.9' }], [{ ip: 'x' }]],
  'status.startTime': [PAST, null],
  'status.qosClass': ['BestEffort', 'Guaranteed', 'Burstable', 'Best', ''],
  'status.nominatedNodeName': ['nowhere', 'Bad_', ''],
  'status.observedGeneration': [1, -1],
  'status.containerStatuses': [
    [{ ...container, state: { running: { startedAt: PAST } }, started: true }],
    [{ ...container, state: { waiting: { reason: 'ContainerCreating' } }, ready: false }],
    [
      {
        ...container,
        state: { terminated: { exitCode: 0, reason: 'Completed', startedAt: PAST, finishedAt: PAST } },
        ready: false,
      },
    ],
    [{ ...container, state: { terminated: { exitCode: 3 } }, restartCount: 2 }],
    [{ ...container, state: { terminated: { exitCode: -1 } } }],
    [{ ...container, name: 'nobody' }],
    [{ name: 'base' }],
    [container, container],
    [],
    null,
    'x',
  ],
  'status.initContainerStatuses': [[{ ...container, name: 'first' }], [{ ...container, name: 'nobody' }], []],
  'status.resize': ['', 'Proposed'],
  'status.foo': ['bar'],
  status: [{}, null, { phase: 'Running' }, 'x'],
  'spec.activeDeadlineSeconds': [5],
  'metadata.labels.app': ['a', 'b'],
}

export const bindingFields: FieldTable = {
  'target.kind': ['Node', '', 'Pod', null],
  'target.name': ['nowhere', 'elsewhere', '', null, 'Bad_'],
  'target.namespace': ['default'],
  target: [null, {}, 'x'],
  'metadata.uid': [{ $ref: 'uid' }, '11111111-1111-1111-1111-111111111111'],
  'metadata.name': ['other-name', '', null],
  'metadata.namespace': [{ $ref: 'own' }, 'default'],
  'metadata.labels': [{ app: 'bound' }, { 'a b': 'c' }],
  'metadata.annotations': [{ note: 'bound' }, { 'a b': 'c' }],
  'metadata.resourceVersion': [{ $ref: 'version' }, { $ref: 'version', back: 1 }],
  kind: ['Pod', '', 'Nothing'],
  apiVersion: ['', 'v2'],
  foo: ['bar'],
}

export const evictionFields: FieldTable = {
  'metadata.name': ['other-name', '', null],
  'metadata.namespace': [{ $ref: 'own' }, 'default'],
  deleteOptions: [
    {},
    { gracePeriodSeconds: 0 },
    { gracePeriodSeconds: 60 },
    { preconditions: { uid: { $ref: 'uid' } } },
    { preconditions: { uid: '11111111-1111-1111-1111-111111111111' } },
    { preconditions: { resourceVersion: { $ref: 'version', back: 1 } } },
    { dryRun: ['All'] },
    { dryRun: ['Some'] },
    { propagationPolicy: 'Background' },
    null,
    'x',
  ],
  kind: ['Pod', '', 'Nothing'],
  apiVersion: ['policy/v1beta1', '', 'v1'],
  foo: ['bar'],
}
