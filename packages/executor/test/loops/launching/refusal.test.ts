import { describe, expect, it } from 'vitest'
import { isOverload, refusalOf } from '../../../src/loops/launching/refusal.ts'
import { apiError, connectionError } from '../../support/fake-pods.ts'

/** What Kubernetes 1.36 answers, and what follows. */
const rows: [title: string, error: Error, action: string, cause: string, failureClass: string, scope?: string][] = [
  [
    '400 unknown field',
    apiError(400, 'BadRequest', 'strict decoding error: unknown field "spec.bar"'),
    'fail',
    'invalid',
    'config',
  ],
  [
    '422',
    apiError(422, 'Invalid', 'Pod "p" is invalid: spec.containers[0].image: Required value'),
    'fail',
    'invalid',
    'config',
  ],
  ['401', apiError(401, 'Unauthorized', 'Unauthorized'), 'reload', 'unauthorized', 'config', 'all'],
  [
    '403 RBAC',
    apiError(
      403,
      'Forbidden',
      'pods is forbidden: User "u" cannot create resource "pods" in API group "" in the namespace "n"',
    ),
    'wait',
    'rbac',
    'config',
    'namespace',
  ],
  [
    '403 quota used up',
    apiError(
      403,
      'Forbidden',
      'pods "q2" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
    ),
    'wait',
    'quota',
    'capacity',
    'namespace',
  ],
  [
    '403 quota that the pod alone exceeds',
    apiError(
      403,
      'Forbidden',
      'exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=0, limited: requests.cpu=1',
    ),
    'fail',
    'quota-too-small',
    'capacity',
  ],
  [
    '403 quota that wants a request',
    apiError(403, 'Forbidden', 'pods "q4" is forbidden: failed quota: q: must specify requests.cpu for: base'),
    'fail',
    'forbidden',
    'config',
  ],
  [
    '403 quota whose status lags',
    apiError(403, 'Forbidden', 'pods "p" is forbidden: status unknown for quota: q, resources: pods'),
    'wait',
    'quota-unknown',
    'capacity',
    'namespace',
  ],
  [
    '403 admission not ready',
    apiError(403, 'Forbidden', 'pods "p" is forbidden: not yet ready to handle request'),
    'wait',
    'admission-not-ready',
    'infrastructure',
  ],
  [
    '403 no service account',
    apiError(
      403,
      'Forbidden',
      'pods "p" is forbidden: error looking up service account n/x: serviceaccount "x" not found',
    ),
    'wait',
    'service-account',
    'config',
  ],
  [
    '403 namespace terminating',
    apiError(403, 'Forbidden', 'unable to create new content in namespace n because it is being terminated'),
    'wait',
    'namespace-terminating',
    'config',
    'namespace',
  ],
  [
    '403 PriorityClass',
    apiError(403, 'Forbidden', 'no PriorityClass with name nope was found'),
    'fail',
    'forbidden',
    'config',
  ],
  [
    '403 PodSecurity',
    apiError(403, 'Forbidden', 'violates PodSecurity "restricted:latest": x'),
    'fail',
    'forbidden',
    'config',
  ],
  [
    '403 LimitRange',
    apiError(403, 'Forbidden', 'maximum cpu usage per Container is 1, but limit is 2'),
    'fail',
    'forbidden',
    'config',
  ],
  [
    'webhook denial, whatever its code',
    apiError(500, 'InternalError', 'admission webhook "w" denied the request: no'),
    'fail',
    'webhook-denied',
    'config',
  ],
  [
    '404 namespace',
    apiError(404, 'NotFound', 'namespaces "nope" not found'),
    'wait',
    'namespace-missing',
    'config',
    'namespace',
  ],
  [
    '404 otherwise',
    apiError(404, 'NotFound', 'the server could not find the requested resource'),
    'fail',
    'refused',
    'config',
  ],
  ['405', apiError(405, 'MethodNotAllowed', 'no'), 'fail', 'refused', 'config'],
  ['408', apiError(408, 'Timeout', 'slow'), 'repeat', 'request-timeout', 'infrastructure'],
  ['409 AlreadyExists', apiError(409, 'AlreadyExists', 'pods "p" already exists'), 'identify', 'name-taken', 'config'],
  [
    '409 modified',
    apiError(409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas "q": the object has been modified'),
    'wait',
    'conflict',
    'infrastructure',
  ],
  ['410', apiError(410, 'Expired', 'too old resource version'), 'wait', 'expired', 'infrastructure'],
  ['413', apiError(413, 'RequestEntityTooLarge', 'too large'), 'fail', 'refused', 'config'],
  ['429', apiError(429, 'TooManyRequests', 'busy'), 'wait', 'too-many-requests', 'infrastructure', 'all'],
  [
    '500 quota timed out',
    apiError(500, 'InternalError', 'Internal error occurred: resource quota evaluation timed out'),
    'repeat',
    'quota-timeout',
    'infrastructure',
    'namespace',
  ],
  [
    '500 webhook failed',
    apiError(500, 'InternalError', 'Internal error occurred: failed calling webhook "w": refused'),
    'repeat',
    'webhook-failed',
    'infrastructure',
    'namespace',
  ],
  [
    '500 for what the sender did',
    apiError(500, '', 'resourceVersion should not be set on objects to be created'),
    'fail',
    'invalid',
    'config',
  ],
  ['500 otherwise', apiError(500, 'InternalError', 'etcd'), 'repeat', 'server-error', 'infrastructure', 'namespace'],
  ['502', apiError(502, '', 'bad gateway'), 'repeat', 'unavailable', 'infrastructure', 'all'],
  ['503', apiError(503, 'ServiceUnavailable', 'later'), 'repeat', 'unavailable', 'infrastructure', 'all'],
  ['504', apiError(504, 'Timeout', 'slow'), 'repeat', 'server-error', 'infrastructure', 'namespace'],
  ['a reset connection', connectionError('reset'), 'repeat', 'connection-reset', 'infrastructure', 'all'],
  ['no answer in time', connectionError('timeout'), 'repeat', 'connection-timeout', 'infrastructure', 'all'],
  ['nothing listens', connectionError('refused'), 'repeat', 'connection-refused', 'infrastructure', 'all'],
  ['a certificate that is not accepted', connectionError('tls'), 'reload', 'connection-tls', 'infrastructure', 'all'],
  ['anything else', new TypeError('oops'), 'fail', 'unexpected', 'config'],
]

describe('refusalOf', () => {
  it.each(rows)('%s', (_title, error, action, cause, failureClass, scope = 'launch') => {
    expect(refusalOf(error)).toMatchObject({ action, cause, failureClass, scope })
  })

  it('names the field that the server names, and passes its words and its wish on', () => {
    const details = {
      causes: [{ reason: 'FieldValueRequired', message: 'Required value', field: 'spec.containers[0].image' }],
    }
    expect(refusalOf(apiError(422, 'Invalid', 'Pod "p" is invalid', { details }))).toMatchObject({
      evidence: 'spec.containers[0].image=FieldValueRequired',
      message: 'Pod "p" is invalid',
    })
    expect(refusalOf(apiError(429, 'TooManyRequests', 'busy', { retryAfterMs: 7_000 })).retryAfterMs).toBe(7_000)
    expect(refusalOf(apiError(403, 'Forbidden', 'User "u" cannot get resource "pods"')).message).toBe(
      'User "u" cannot get resource "pods": grant the executor that verb on pods in this namespace',
    )
    expect(refusalOf(apiError(403, 'Forbidden', 'error looking up service account n/x')).limitMs).toBe(60_000)
  })

  it('takes 503, 504 and timeouts for overload, and nothing else', () => {
    const errors = [apiError(503, '', ''), apiError(504, '', ''), connectionError('timeout')]
    expect(errors.map(isOverload)).toEqual([true, true, true])
    const others = [apiError(429, '', ''), apiError(500, '', ''), connectionError('reset'), new Error('x')]
    expect(others.map(isOverload)).toEqual([false, false, false, false])
  })
})
