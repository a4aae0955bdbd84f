/**
 * An event about a pod `p`, which need not be there. Of events, which are in no watch cache, the API server remembers
 * nothing once its history is compacted.
 */
export function testEvent(namespace: string, name: string) {
  return { metadata: { name }, involvedObject: { kind: 'Pod', namespace, name: 'p' }, reason: 'Test' }
}
