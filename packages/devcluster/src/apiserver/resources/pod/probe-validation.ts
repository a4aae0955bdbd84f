import type { FieldErrors } from '../../validation/field-errors.ts'
import { checkHttpHeaderName, checkPortName } from '../../validation/names.ts'
import type { Container } from './pod-spec.ts'

type Probe = NonNullable<Container['livenessProbe']>
type HttpGet = NonNullable<Probe['httpGet']>
type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & {
  readonly sleep?: { readonly seconds?: number }
}

const HANDLERS = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'] as const
const COUNTS = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const
const SCHEMES = ['HTTP', 'HTTPS']

/** Checks a container's hooks and probes; `graceSeconds` is how long the pod may take to end. */
export function validateHooks(container: Container, path: string, graceSeconds: number, errors: FieldErrors): void {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container
  for (const hook of ['postStart', 'preStop'] as const) {
    const handler = lifecycle?.[hook]
    if (handler) validateHandler(handler, `${path}.lifecycle.${hook}`, graceSeconds, errors)
  }
  validateProbe(livenessProbe, `${path}.livenessProbe`, graceSeconds, errors)
  succeedsOnce(livenessProbe, `${path}.livenessProbe`, errors)
  validateProbe(readinessProbe, `${path}.readinessProbe`, graceSeconds, errors)
  if (readinessProbe?.terminationGracePeriodSeconds !== undefined) {
    const at = `${path}.readinessProbe.terminationGracePeriodSeconds`
    errors.invalid(at, readinessProbe.terminationGracePeriodSeconds, 'must not be set for readinessProbes')
  }
  validateProbe(startupProbe, `${path}.startupProbe`, graceSeconds, errors)
  succeedsOnce(startupProbe, `${path}.startupProbe`, errors)
}

function validateProbe(probe: Probe | undefined, path: string, graceSeconds: number, errors: FieldErrors): void {
  if (!probe) return
  validateHandler(probe, path, graceSeconds, errors)
  for (const count of COUNTS) {
    const value = probe[count] ?? 0
    if (value < 0) errors.invalid(`${path}.${count}`, value, 'must be greater than or equal to 0')
  }
  const { terminationGracePeriodSeconds: grace } = probe
  if (grace !== undefined && grace <= 0) {
    errors.invalid(`${path}.terminationGracePeriodSeconds`, grace, 'must be greater than 0')
  }
}

/** What has failed once a probe looks again has failed: one success is enough, and no other number makes sense. */
function succeedsOnce(probe: Probe | undefined, path: string, errors: FieldErrors): void {
  if (!probe || probe.successThreshold === 1) return
  errors.invalid(`${path}.successThreshold`, probe.successThreshold, 'must be 1')
}

export function validatePort(port: number, path: string, errors: FieldErrors): void {
  if (port < 1 || port > 65535) errors.invalid(path, port, 'must be between 1 and 65535, inclusive')
}

function validateHandler(handler: Handler, path: string, graceSeconds: number, errors: FieldErrors): void {
  const [first, ...others] = HANDLERS.filter((kind) => handler[kind])
  if (!first) errors.required(path, 'must specify a handler type')
  const { exec, httpGet, tcpSocket, grpc, sleep } = handler
  if (first === 'exec' && !exec?.command?.length) errors.required(`${path}.exec.command`)
  if (first === 'httpGet' && httpGet) validateHttpGet(httpGet, `${path}.httpGet`, errors)
  if (first === 'tcpSocket') validatePortOrName(tcpSocket?.port, `${path}.tcpSocket.port`, errors)
  if (first === 'grpc') validatePort(grpc?.port ?? 0, `${path}.grpc.port`, errors)
  if (first === 'sleep') validateSleep(sleep?.seconds ?? 0, `${path}.sleep`, graceSeconds, errors)
  for (const other of others) errors.forbidden(`${path}.${other}`, 'may not specify more than 1 handler type')
}

function validateHttpGet({ port, scheme = '', httpHeaders = [] }: HttpGet, path: string, errors: FieldErrors): void {
  validatePortOrName(port, `${path}.port`, errors)
  if (!SCHEMES.includes(scheme)) errors.notSupported(`${path}.scheme`, scheme, SCHEMES)
  for (const { name } of httpHeaders) errors.invalidAll(`${path}.httpHeaders`, name, checkHttpHeaderName(name))
}

function validateSleep(seconds: number, path: string, graceSeconds: number, errors: FieldErrors): void {
  if (seconds >= 0 && seconds <= graceSeconds) return
  const text = `must be non-negative and less than terminationGracePeriodSeconds (${graceSeconds})`
  errors.invalid(path, seconds, text)
}

function validatePortOrName(port: number | string | undefined, path: string, errors: FieldErrors): void {
  if (typeof port === 'string') errors.invalidAll(path, port, checkPortName(port))
  else validatePort(port ?? 0, path, errors)
}
