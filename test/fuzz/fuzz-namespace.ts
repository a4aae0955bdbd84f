import type { RawApi } from '../support/raw-api.ts'
import { createNamespace } from '../support/test-namespace.ts'

/** Stands in requests for the namespace that has the fixtures; the real name is as long. */
export const NAMESPACE = 'fuzz-namespace-0'

/** A name of the same length that no run before has had. */
export function freshNamespace(random: () => number = Math.random): string {
  return `fuzz-${Math.floor(random() * 36 ** 11)
    .toString(36)
    .padStart(11, '0')}`
}

const labels = { app: 'a', tier: 'b' }
const container = (name: string) => ({ name, image: 'busybox:1' })

/** Nobody schedules them, so that nothing about them changes by itself. */
const waiting = { schedulerName: 'nobody', restartPolicy: 'Never', automountServiceAccountToken: false }

/** What requests find in the namespace: one object of each kind, and a pod with several containers. */
export const fixtures = {
  pods: [
    { metadata: { name: 'p', labels }, spec: { ...waiting, containers: [container('base')] } },
    {
      metadata: { name: 'many' },
      spec: { ...waiting, initContainers: [container('first')], containers: [container('base'), container('two')] },
    },
  ],
  configmaps: [{ metadata: { name: 'c', labels }, data: { key: 'value' } }],
  secrets: [{ metadata: { name: 's' }, stringData: { key: 'value' } }],
  serviceaccounts: [{ metadata: { name: 'a' } }],
  events: [
    { metadata: { name: 'e' }, involvedObject: { kind: 'Pod', name: 'p', namespace: NAMESPACE }, reason: 'Fuzz' },
  ],
} as const

/** A namespace with the fixtures in it. @throws Error when one of them is refused */
export async function createFixtures(api: RawApi, namespace: string): Promise<void> {
  await createNamespace(api, namespace)
  for (const [resource, objects] of Object.entries(fixtures)) {
    for (const object of objects) {
      const body = JSON.stringify(object).replaceAll(NAMESPACE, namespace)
      const { status, text } = await api.post(`/api/v1/namespaces/${namespace}/${resource}`, body)
      if (status !== 201) throw new Error(`the fixture ${resource}/${object.metadata.name} was refused: ${text}`)
    }
  }
}
