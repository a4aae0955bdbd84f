import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { unboundPod } from '../support/test-pod.ts'

kubectlConformance('describe', {}, (it) => {
  it('describes a pod that runs', async ({ kubectl, namespace, backend }) => {
    const pod = scriptedPod(
      'a',
      { hold: true },
      {
        labels: { set: '1' },
        spec: { nodeSelector: { ...backend.nodeSelector }, automountServiceAccountToken: false },
        container: {
          image: 'busybox:1',
          command: ['sh', '-c', 'true'],
          env: [{ name: 'A', value: '1' }],
          resources: { requests: { cpu: '100m', memory: '10Mi' }, limits: { memory: '20Mi' } },
        },
      },
    )
    await kubectl.create(pod)
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const text = await kubectl.must(['describe', 'pod', 'a'])
    const [described, events] = parts(text)
    expect(described).toBe(`Name:             a
Namespace:        ${namespace}
Priority:         0
Service Account:  default
Node:             <node>
Start Time:       <time>
Labels:           set=1
Annotations:      script.davit/hold: true
Status:           Running
IP:               <ip>
IPs:
  IP:  <ip>
Containers:
  base:
    Container ID:  <id>
    Image:         busybox:1
    Image ID:      <id>
    Port:          <none>
    Host Port:     <none>
    Command:
      sh
      -c
      true
    State:          Running
      Started:      <time>
    Ready:          True
    Restart Count:  0
    Limits:
      memory:  20Mi
    Requests:
      cpu:     100m
      memory:  10Mi
    Environment:
      A:     1
    Mounts:  <none>
Conditions:
  Type                        Status
  PodReadyToStartContainers   True 
  Initialized                 True 
  Ready                       True 
  ContainersReady             True 
  PodScheduled                True 
Volumes:                      <none>
QoS Class:                    Burstable
Node-Selectors:               kwok=true
Tolerations:                  node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                              node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
`)
    expect(events).toMatch(
      new RegExp(
        '^Events:\\n {2}Type {4}Reason {5}Age {3}From {15}Message\\n {2}-{4} {4}-{6} {5}-{4} {2}-{4} {15}-{7}\\n' +
          ` {2}Normal {2}Scheduled {2}\\S+ +default-scheduler {2}Successfully assigned ${namespace}/a to \\S+\\n`,
      ),
    )
  })

  it('describes a pod that waits, with its volumes', async ({ kubectl, namespace }) => {
    const pod = unboundPod('a', {
      spec: {
        automountServiceAccountToken: false,
        activeDeadlineSeconds: 600,
        nodeSelector: { disk: 'ssd' },
        volumes: [
          { name: 'e', emptyDir: {} },
          { name: 'c', configMap: { name: 'c', optional: true } },
          { name: 's', secret: { secretName: 's' } },
        ],
        initContainers: [{ name: 'init', image: 'busybox', args: ['x'] }],
      },
      container: {
        ports: [{ containerPort: 80, name: 'http' }],
        envFrom: [{ configMapRef: { name: 'c' } }],
        env: [
          { name: 'F', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'S', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
        ],
        volumeMounts: [{ name: 'e', mountPath: '/e', readOnly: true }],
      },
    })
    await kubectl.create(pod)
    const [described, events] = parts(await kubectl.must(['describe', 'pod', 'a']))
    expect(described).toBe(`Name:             a
Namespace:        ${namespace}
Priority:         0
Service Account:  default
Node:             <none>
Labels:           <none>
Annotations:      <none>
Status:           Pending
IP:               
IPs:              <none>
Init Containers:
  init:
    Image:      busybox
    Port:       <none>
    Host Port:  <none>
    Args:
      x
    Environment:  <none>
    Mounts:       <none>
Containers:
  base:
    Image:      busybox
    Port:       80/TCP (http)
    Host Port:  0/TCP (http)
    Environment Variables from:
      c  ConfigMap  Optional: false
    Environment:
      F:  a (v1:metadata.name)
      S:  <set to the key 'k' in secret 's'>  Optional: false
    Mounts:
      /e from e (ro)
Volumes:
  e:
    Type:       EmptyDir (a temporary directory that shares a pod's lifetime)
    Medium:     
    SizeLimit:  <unset>
  c:
    Type:      ConfigMap (a volume populated by a ConfigMap)
    Name:      c
    Optional:  true
  s:
    Type:        Secret (a volume populated by a Secret)
    SecretName:  s
    Optional:    false
QoS Class:       BestEffort
Node-Selectors:  disk=ssd
Tolerations:     node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                 node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
`)
    expect(events).toBe('Events:          <none>\n')
  })

  it('describes the other kinds', async ({ kubectl, namespace }) => {
    await kubectl.must(['create', 'configmap', 'c', '--from-literal=a=1'])
    await kubectl.must(['create', 'secret', 'generic', 's', '--from-literal=b=22'])
    expect(await kubectl.must(['describe', 'configmap', 'c'])).toBe(`Name:         c
Namespace:    ${namespace}
Labels:       <none>
Annotations:  <none>

Data
====
a:
----
1


BinaryData
====

Events:  <none>
`)
    expect(await kubectl.must(['describe', 'secret', 's'])).toBe(`Name:         s
Namespace:    ${namespace}
Labels:       <none>
Annotations:  <none>

Type:  Opaque

Data
====
b:  2 bytes
`)
    expect(await kubectl.must(['describe', 'serviceaccount', 'default'])).toBe(`Name:                default
Namespace:           ${namespace}
Labels:              <none>
Annotations:         <none>
Image pull secrets:  <none>
Events:              <none>
`)
    expect(await kubectl.must(['describe', 'namespace', namespace])).toMatch(
      `Name:         ${namespace}
Labels:       kubernetes.io/metadata.name=${namespace}
Annotations:  <none>
Status:       Active
`,
    )
    expect(await kubectl.run(['describe', 'pod', 'nope'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): pods "nope" not found\n',
    })
  })

  it('lists the events of an object, the newest last', async ({ kubectl, backend, namespace }) => {
    const spec = { nodeSelector: { ...backend.nodeSelector } }
    await kubectl.create(scriptedPod('a', { hold: true }, { spec }))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const scheduled = new RegExp(`^\\S+ +Normal +Scheduled +Pod/a +Successfully assigned ${namespace}/a to \\S+$`, 'm')
    await expect.poll(() => kubectl.must(['events', '--for=pod/a'])).toMatch(scheduled)
    expect(await kubectl.must(['events', '--for=pod/b'])).toBe('')
    expect(await kubectl.must(['events', '--types=Warning'])).toBe('')
    const fields = '--field-selector=reason=Scheduled,involvedObject.name=a'
    expect(await kubectl.must(['get', 'events', fields, '-o', 'jsonpath={.items[*].involvedObject.kind}'])).toBe('Pod')
    const sorted = await kubectl.must(['get', 'events', '--sort-by=.metadata.creationTimestamp', '--no-headers'])
    expect(sorted).toMatch(/^\S+ +Normal +Scheduled +pod\/a +Successfully assigned /)
  })
})

/** What describe prints before the events, without what differs from run to run; and the events. */
function parts(text: string): [string, string] {
  const at = text.indexOf('\nEvents:') + 1
  const described = text
    .slice(0, at)
    .replace(/^(Node: +)[^<\n]+$/m, '$1<node>')
    .replaceAll(/^( *(?:Start Time|Started|Finished): +)\S.*$/gm, '$1<time>')
    .replaceAll(/^( *IP: +)[\d.]+$/gm, '$1<ip>')
    .replaceAll(/^( *(?:Container|Image) ID: +)\S*$/gm, '$1<id>')
  return [described, text.slice(at)]
}
