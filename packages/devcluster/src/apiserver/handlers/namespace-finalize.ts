import type { KubeObject } from '../../storage/kube-object.ts'
import type { Exchange } from '../http/exchange.ts'
import { kindOfResource, readObject } from '../http/object-body.ts'
import { readBody } from '../http/request-body.ts'
import type { ServerContext, Target } from '../server-context.ts'

/** PUT of a namespace to `finalize`: the only way to change `spec.finalizers`. */
export async function handleFinalize(context: ServerContext, exchange: Exchange, target: Target): Promise<void> {
  const form = exchange.outputForm()
  const body = await readBody(exchange.request)
  const kind = kindOfResource(target.resource)
  const { object } = readObject(context.types, kind, body, exchange.header('content-type'), 'Ignore')
  const kept = (object.spec as { finalizers?: readonly string[] } | undefined)?.finalizers ?? []
  const finalized: KubeObject = context.registry.setSpecFinalizers(target.resource, target.name, kept)
  exchange.sendJson(200, context.encoder(target.resource).object(finalized, form, 'Metadata'), form)
}
