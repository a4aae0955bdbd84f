import { describe, expect, it } from 'vitest'
import { negotiateOutput, negotiateStatus } from '../../../src/apiserver/http/negotiation.ts'

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
    ['*/*,application/yaml', { format: 'yaml' }],
    // Wildcards come last, whatever they weigh.
    ['application/*;q=0.9,application/yaml;q=0.1', { format: 'yaml' }],
    ['application/json;sv=v1', { format: 'json' }],
    ['application/json ; pretty = 1', { pretty: true }],
    ['*,application/xml;q=-1,application/json;as=', { format: 'json' }],
    ['application/json;pretty=1', { format: 'json', pretty: true }],
    ['application/json;q=0', { format: 'json' }],
  ])('%j', ([accept, form]) => {
    expect(negotiateOutput(accept)).toMatchObject(form)
  })

  it.for([
    'text/html',
    'application/xml, text/*;q=0.5',
    'application/*',
    'APPLICATION/JSON',
    'application/json;as=Foo;v=v1;g=meta.k8s.io',
    'application/json;v=v1;g=meta.k8s.io',
    'application/json;sv=1',
  ])('refuses %j', (accept) => {
    expect(() => negotiateOutput(accept)).toThrow(expect.objectContaining({ code: 406 }))
  })

  it('has no watches in YAML, even if JSON is named behind it', () => {
    expect(() => negotiateOutput('application/yaml,application/json', { isWatch: true })).toThrow('stream=watch')
    expect(negotiateOutput('application/json;stream=watch', { isWatch: true })).toMatchObject({ format: 'json' })
  })

  it('makes no tables of what has none', () => {
    expect(negotiateOutput(`${TABLE},application/json`, { hasTable: false })).toEqual({ format: 'json', pretty: false })
    expect(() => negotiateOutput(TABLE, { hasTable: false })).toThrow('only the following media types')
  })
})

describe('negotiateStatus', () => {
  it.for<readonly [accept: string | undefined, format: string, pretty: boolean]>([
    [undefined, 'json', false],
    ['application/yaml', 'yaml', false],
    [`${TABLE},application/yaml`, 'yaml', false],
    [TABLE, 'json', true],
    ['text/html', 'json', true],
    ['application/*', 'json', false],
  ])('%j: %s, for people: %s', ([accept, format, pretty]) => {
    expect(negotiateStatus(accept, false)).toEqual({ format, pretty })
  })
})
