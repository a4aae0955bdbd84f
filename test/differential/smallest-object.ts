import type { Json, Operation } from './operation.ts'

/** The least that a server takes for an operation's object. Nobody schedules its pods, and nobody runs them. */
export function smallestObject({ resource, subresource }: Operation, name: string, namespace: string): Json {
  const metadata = name === '' ? {} : { name }
  if (subresource === 'binding') {
    return { apiVersion: 'v1', kind: 'Binding', metadata, target: { kind: 'Node', name: 'nowhere' } }
  }
  if (subresource === 'eviction') return { apiVersion: 'policy/v1', kind: 'Eviction', metadata }
  switch (resource) {
    case 'pods':
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata,
        spec: {
          schedulerName: 'nobody',
          automountServiceAccountToken: false,
          containers: [{ name: 'base', image: 'busybox' }],
        },
      }
    case 'namespaces':
      return { apiVersion: 'v1', kind: 'Namespace', metadata }
    case 'configmaps':
      return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
    case 'secrets':
      return { apiVersion: 'v1', kind: 'Secret', metadata }
    case 'events':
      return { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { kind: 'Pod', namespace, name: 'a' } }
  }
}
