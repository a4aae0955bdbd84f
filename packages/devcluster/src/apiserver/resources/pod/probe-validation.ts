import type { Pod } from '../../../types.ts'
import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkPortName } from '../../validation/names.ts'

type Container = NonNullable<Pod['spec']>['containers'][number]
type Probe = NonNullable<Container['livenessProbe']>
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket'> & { readonly grpc?: unknown; readonly sleep?: unknown }

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const
const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const

/** Checks a probe; `must` says which counts may have one value only. */
export function validateProbe(
  probe: Probe | undefined,
  path: string,
  must: { readonly successThreshold?: number },
  errors: FieldErrors,
): void {
  if (!probe) return
  validateHandler(probe, path, errors)
  for (const count of COUNTS) {
    const value = probe[count] ?? 0
    if (value < 0) errors.invalid(`${path}.${count}`, value, 'must be greater than or equal to 0')
  }
  if (must.successThreshold !== undefined && probe.successThreshold !== must.successThreshold) {
    errors.invalid(`${path}.successThreshold`, probe.successThreshold, `must be ${must.successThreshold}`)
  }
}

export function validateLifecycle(lifecycle: Container['lifecycle'], path: string, errors: FieldErrors): void {
  if (lifecycle?.postStart) validateHandler(lifecycle.postStart, `${path}.postStart`, errors)
  if (lifecycle?.preStop) validateHandler(lifecycle.preStop, `${path}.preStop`, errors)
}

export function validatePort(port: number, path: string, errors: FieldErrors): void {
  if (port < 1 || port > 65535) errors.invalid(path, port, 'must be between 1 and 65535, inclusive')
}

function validateHandler(handler: Handler, path: string, errors: FieldErrors): void {
  const [first, ...others] = HANDLERS.filter((kind) => handler[kind])
  if (!first) errors.required(path, 'must specify a handler type')
  if (first === 'exec' && !handler.exec?.command?.length) errors.required(`${path}.exec.command`)
  if (first === 'httpGet') validatePortOrName(handler.httpGet?.port, `${path}.httpGet.port`, errors)
  if (first === 'tcpSocket') validatePortOrName(handler.tcpSocket?.port, `${path}.tcpSocket.port`, errors)
  for (const other of others) errors.forbidden(`${path}.${other}`, 'may not specify more than 1 handler type')
}

function validatePortOrName(port: number | string | undefined, path: string, errors: FieldErrors): void {
  if (typeof port === 'string') errors.invalidAll(path, port, checkPortName(port))
  else validatePort(port ?? 0, path, errors)
}
