import { describe, expect, it } from 'vitest'
import { negotiateOutput } from '../../../src/apiserver/http/negotiation.ts'

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

describe('negotiateOutput', () => {
  it.for<readonly [string | undefined, object]>([
    [undefined, { format: 'json' }],
    ['*/*', { format: 'json' }],
    ['application/yaml', { format: 'yaml' }],
    ['application/json;q=0.5, application/yaml', { format: 'yaml' }],
    ['application/vnd.kubernetes.protobuf,application/json', { format: 'json' }],
    [`${TABLE},application/json`, { format: 'json', as: { kind: 'Table', version: 'v1' } }],
    ['application/json;as=Table;v=v2;g=meta.k8s.io,application/json', { format: 'json' }],
    ['application/json;as=Foo;v=v1;g=meta.k8s.io,application/json', { format: 'json' }],
    ['application/json; as=PartialObjectMetadata; g=meta.k8s.io; v=v1', { as: { kind: 'PartialObjectMetadata' } }],
  ])('%j', ([accept, form]) => {
    expect(negotiateOutput(accept)).toMatchObject(form)
  })

  it.for(['text/html', 'application/xml, text/*;q=0.5', 'application/json;as=Foo;v=v1;g=meta.k8s.io'])(
    'refuses %j',
    (accept) => {
      expect(() => negotiateOutput(accept)).toThrow(expect.objectContaining({ code: 406 }))
    },
  )

  it('has no watches in YAML', () => {
    expect(() => negotiateOutput('application/yaml', { isWatch: true })).toThrow('stream=watch')
  })
})
