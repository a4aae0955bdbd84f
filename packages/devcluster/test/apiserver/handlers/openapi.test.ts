import { describe, expect, it } from 'vitest'
import { openApiDocument, openApiIndex, openApiV2 } from '../../../src/apiserver/handlers/openapi.ts'
import { acceptsOpenApiV2Protobuf, openApiV2Protobuf } from '../../../src/apiserver/handlers/openapi-v2-protobuf.ts'
import { ApiTypes } from '../../../src/apiserver/schema/api-type.ts'

const types = new ApiTypes()

describe('OpenAPI 3', () => {
  it('has a document for each group and version, and no others', () => {
    expect(openApiIndex()).toMatchObject({ paths: { 'api/v1': {}, 'apis/events.k8s.io/v1': {} } })
    expect(openApiDocument(types, 'apps/v1')).toBeUndefined()
  })

  it.for(['v1', 'events.k8s.io/v1'])('refers only to what is there: %s', (version) => {
    const document = JSON.parse(JSON.stringify(openApiDocument(types, version)))
    const text = JSON.stringify(document)
    const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name = '']) => name)
    expect(names.length).toBeGreaterThan(10)
    expect(names.filter((name) => !(name in document.components.schemas))).toEqual([])
  })

  it('names the types of quantities, ports and managed fields', () => {
    const document = JSON.parse(JSON.stringify(openApiDocument(types, 'v1')))
    const { schemas } = document.components
    const reference = (name: string) => ({ $ref: `#/components/schemas/io.k8s.apimachinery.pkg.${name}` })
    expect(schemas['io.k8s.api.core.v1.ResourceRequirements'].properties.limits).toEqual({
      type: 'object',
      additionalProperties: reference('api.resource.Quantity'),
    })
    expect(schemas['io.k8s.api.core.v1.HTTPGetAction'].properties.port).toEqual(reference('util.intstr.IntOrString'))
    expect(schemas['io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry'].properties.fieldsV1).toEqual(
      reference('apis.meta.v1.FieldsV1'),
    )
  })

  it('says that the server checks fields, so that kubectl leaves it to it', () => {
    const document = JSON.parse(JSON.stringify(openApiDocument(types, 'v1')))
    const { patch } = document.paths['/api/v1/namespaces/{namespace}/pods/{name}']
    expect(patch).toMatchObject({
      parameters: [{ name: 'fieldValidation', in: 'query' }],
      'x-kubernetes-group-version-kind': { group: '', version: 'v1', kind: 'Pod' },
    })
  })
})

describe('OpenAPI 2 in protobuf', () => {
  it('is what kubectl asks for, in either spelling', () => {
    const type = 'application/com.github.proto-openapi.spec.v2'
    expect(
      [`${type}@v1.0+protobuf`, `${type}.v1.0+protobuf`, 'application/json'].map(acceptsOpenApiV2Protobuf),
    ).toEqual([true, true, false])
  })

  it('writes names, types and extensions where they belong', () => {
    const bytes = openApiV2Protobuf({
      swagger: '2.0',
      info: { title: 't', version: 'v' },
      definitions: { A: { type: 'object', 'x-a': [1], properties: { b: { $ref: '#/definitions/B' } } } },
    })
    const schema =
      '\xb2\x01\x08\x0a\x06object\xca\x01\x18\x0a\x16\x0a\x01b\x12\x11\x0a\x0f#/definitions/B\xfa\x01\x0c\x0a\x03x-a\x12\x05\x12\x03[1]'
    expect(bytes.toString('latin1')).toBe(
      `\x0a\x032.0\x12\x06\x0a\x01t\x12\x01v\x42\x00\x4a\x3c\x0a\x3a\x0a\x01A\x12\x35${schema}`,
    )
    expect(openApiV2Protobuf(openApiV2(types)).length).toBeGreaterThan(10_000)
  })
})
