type Schema = Readonly<Record<string, unknown>>

/** The one form in which kubectl asks for OpenAPI 2. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** Whether an Accept header asks for it; older clients write the version with an `@`. */
export function acceptsOpenApiV2Protobuf(accept: string): boolean {
  return /com\.github\.proto-openapi\.spec\.v2[.@]v1\.0\+protobuf/.test(accept)
}

/** An OpenAPI 2 document in protobuf (gnostic: openapi.v2.Document), as far as our documents go. */
export function openApiV2Protobuf(document: {
  readonly swagger: string
  readonly info: { readonly title: string; readonly version: string }
  readonly definitions: Readonly<Record<string, Schema>>
}): Buffer {
  return Buffer.concat([
    field(1, document.swagger),
    field(2, Buffer.concat([field(1, document.info.title), field(2, document.info.version)])),
    field(8, Buffer.alloc(0)),
    field(9, namedSchemas(document.definitions)),
  ])
}

function namedSchemas(schemas: Readonly<Record<string, Schema>>): Buffer {
  return Buffer.concat(
    Object.entries(schemas).map(([name, schema]) =>
      field(1, Buffer.concat([field(1, name), field(2, schemaMessage(schema))])),
    ),
  )
}

function schemaMessage(schema: Schema): Buffer {
  const parts: Buffer[] = []
  if (typeof schema.$ref === 'string') parts.push(field(1, schema.$ref))
  if (typeof schema.format === 'string') parts.push(field(2, schema.format))
  if (schema.additionalProperties) {
    parts.push(field(21, field(1, schemaMessage(schema.additionalProperties as Schema))))
  }
  if (typeof schema.type === 'string') parts.push(field(22, field(1, schema.type)))
  if (schema.items) parts.push(field(23, field(1, schemaMessage(schema.items as Schema))))
  if (schema.properties) {
    parts.push(field(25, namedSchemas(schema.properties as Readonly<Record<string, Schema>>)))
  }
  for (const [name, value] of Object.entries(schema)) {
    // JSON is YAML, too.
    if (name.startsWith('x-')) {
      parts.push(field(31, Buffer.concat([field(1, name), field(2, field(2, JSON.stringify(value)))])))
    }
  }
  return Buffer.concat(parts)
}

/** A field of bytes: its number and wire type, its length, itself. */
function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([varint(number * 8 + 2), varint(bytes.length), bytes])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  while (rest > 0x7f) {
    bytes.push((rest % 0x80) + 0x80)
    rest = Math.floor(rest / 0x80)
  }
  return Buffer.from([...bytes, rest])
}
