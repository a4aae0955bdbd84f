import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { startDevCluster } from '../../src/index.ts'
import { connect } from '../support/connect.ts'

const PODS = '/api/v1/namespaces/default/pods'

const segment = fc.constantFrom(
  'api',
  'apis',
  'v1',
  'namespaces',
  'default',
  'pods',
  'x',
  'status',
  'log',
  'watch',
  '%2e%2e',
  'a%20b',
  '',
)
const path = fc.oneof(
  fc.constantFrom(
    PODS,
    `${PODS}/x`,
    `${PODS}/x/log`,
    `${PODS}/x/binding`,
    '/api/v1/namespaces',
    '/api/v1/nodes',
    '/apis',
  ),
  fc.array(segment, { maxLength: 7 }).map((segments) => `/${segments.join('/')}`),
)
const parameter = fc.constantFrom(
  'limit',
  'continue',
  'resourceVersion',
  'resourceVersionMatch',
  'labelSelector',
  'fieldSelector',
  'dryRun',
  'fieldValidation',
  'container',
  'tailLines',
  'gracePeriodSeconds',
)
const query = fc.dictionary(
  parameter,
  fc.oneof(fc.string(), fc.constantFrom('0', '-1', 'a in (b', 'a=b', 'Exact', '1e9')),
  { maxKeys: 3 },
)
const whole = fc.record(
  {
    apiVersion: fc.oneof(fc.constant('v1'), fc.jsonValue()),
    kind: fc.oneof(fc.constant('Pod'), fc.jsonValue()),
    metadata: fc.oneof(fc.constant({ name: 'x' }), fc.jsonValue()),
    spec: fc.oneof(
      fc.record(
        {
          containers: fc.oneof(
            fc.array(
              fc.record(
                {
                  name: fc.constant('a'),
                  image: fc.constant('b'),
                  env: fc.jsonValue(),
                  resources: fc.jsonValue(),
                  ports: fc.jsonValue(),
                },
                { requiredKeys: [] },
              ),
              { maxLength: 2 },
            ),
            fc.jsonValue(),
          ),
          volumes: fc.jsonValue(),
          tolerations: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
      fc.jsonValue(),
    ),
    target: fc.jsonValue(),
    preconditions: fc.jsonValue(),
  },
  { requiredKeys: [] },
)
const body = fc.oneof(
  whole.map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string(),
  whole.chain((value) => {
    const text = JSON.stringify(value)
    return fc.nat(text.length).map((length) => text.slice(0, length))
  }),
)
const contentType = fc.constantFrom(
  'application/json',
  'application/yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/vnd.kubernetes.protobuf',
  'text/plain',
  '',
)
const accept = fc.constantFrom(
  '*/*',
  'application/json',
  'application/yaml',
  'text/html',
  'application/json;as=Table;v=v1;g=meta.k8s.io',
  ';;,=',
)

it('answers whatever it is asked, and is never at fault itself', { timeout: 60_000 }, async () => {
  const faults: unknown[] = []
  await using cluster = await startDevCluster({ runtime: 'scripted', onInternalError: (error) => faults.push(error) })
  using api = connect(cluster)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      path,
      query,
      body,
      contentType,
      accept,
      async (method, where, parameters, text, type, wanted) => {
        // A watch would go on, and a log of nothing says nothing.
        fc.pre(!where.includes('/watch'))
        const address = `${where || '/'}?${new URLSearchParams(parameters)}`
        const { code } = await api.ask(method, address, method === 'GET' ? undefined : text, {
          'content-type': type,
          accept: wanted,
        })
        expect(code).toBeGreaterThanOrEqual(200)
        expect(faults).toEqual([])
      },
    ),
    { numRuns: 400, seed: 20_261_122 },
  )
})
