import { expect, it } from 'vitest'
import { readPodLeniently } from '../../src/pods/read-pod-leniently.ts'
import { frozen } from '../support/frozen.ts'

it('reads a pod as Airflow does: unknown fields go, and values become what is expected', () => {
  const written = frozen({
    extra: true,
    metadata: { labels: { n: 1, b: true, f: false, s: 'x', nothing: null }, lables: {} },
    spec: {
      hostNetwork: true,
      containers: [{ name: 'base', ports: [{ containerPort: '80', prt: 1 }], resources: { limits: { cpu: 1 } } }],
      volumes: null,
    },
  })
  expect(readPodLeniently(written)).toEqual({
    metadata: { labels: { n: '1', b: 'True', f: 'False', s: 'x', nothing: null } },
    spec: {
      hostNetwork: true,
      containers: [{ name: 'base', ports: [{ containerPort: 80 }], resources: { limits: { cpu: 1 } } }],
      volumes: null,
    },
  })
})

it('leaves what fits in no way for the API server to refuse', () => {
  const written = { spec: { containers: 'none', nodeName: ['a'], priority: 'high' } }
  expect(readPodLeniently(written)).toEqual(written)
})
