import type { KubeObject } from '../../storage/kube-object.ts'
import type { Exchange } from '../http/exchange.ts'
import { kindOfResource, readObject } from '../http/object-body.ts'
import { bodyMediaType, readBody } from '../http/request-body.ts'
import { readWriteOptions } from '../http/write-options.ts'
import type { Question } from '../resources/resource-definition.ts'
import { decodeObject } from '../schema/decode-object.ts'
import type { ServerContext, Target } from '../server-context.ts'
import { invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'

/** POST of what is answered and not stored. */
export async function handleQuestion(
  { types, clock, encoder }: ServerContext,
  exchange: Exchange,
  { resource }: Target,
  { validate, answer }: Question,
): Promise<void> {
  const form = exchange.outputForm({ hasTable: false })
  bodyMediaType(exchange.header('content-type'))
  const body = await readBody(exchange.request)
  const { fieldValidation } = readWriteOptions(exchange.query, 'CreateOptions')
  const kind = kindOfResource(resource)
  const { object, warnings } = readObject(types, kind, body, exchange.header('content-type'), fieldValidation)
  exchange.warn(warnings)
  const errors = new FieldErrors()
  validate?.(object, errors)
  if (!errors.isEmpty) throw invalid('', '', errors, resource.group)
  const answered = decodeObject(types, resource.typeName, answer(object, clock.now())).value as unknown as KubeObject
  exchange.sendJson(201, encoder(resource).object(answered, form, 'Metadata'), form)
}
