import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { badRequest, type Cause, invalid, refusal } from '../support/status-bodies.ts'

const accessReviews = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'
const reviews = '/apis/authentication.k8s.io/v1/selfsubjectreviews'
const createPods = { namespace: 'default', verb: 'create', resource: 'pods' }

conformance('questions about rights', {}, (it) => {
  it.for<readonly [spec: object]>([
    [{ resourceAttributes: createPods }],
    [{ resourceAttributes: {} }],
    [{ resourceAttributes: { verb: 'fly', group: 'g', version: 'v', resource: 'nonsense', subresource: 's' } }],
    [{ nonResourceAttributes: { path: '/healthz', verb: 'get' } }],
  ])('are answered: who may do everything may do %j', async ([spec], { api }) => {
    const { status, body } = await api.post<{ metadata: object }>(accessReviews, { spec, status: { allowed: false } })
    const { metadata: _, ...answer } = body
    const kind = { kind: 'SelfSubjectAccessReview', apiVersion: 'authorization.k8s.io/v1' }
    expect([status, answer]).toEqual([201, { ...kind, spec, status: { allowed: true } }])
  })

  it.for<readonly [title: string, review: object, cause: Cause]>([
    [
      'nothing',
      {},
      [
        'Invalid',
        'spec.resourceAttributes',
        'Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
      ],
    ],
    [
      'two things',
      { spec: { resourceAttributes: createPods, nonResourceAttributes: { path: '/healthz', verb: 'get' } } },
      [
        'Invalid',
        'spec.nonResourceAttributes',
        'Invalid value: {"Path":"/healthz","Verb":"get"}: cannot be specified in combination with resourceAttributes',
      ],
    ],
    [
      'an empty selector',
      { spec: { resourceAttributes: { ...createPods, labelSelector: {} } } },
      [
        'Required',
        'spec.resourceAttributes.labelSelector.requirements',
        'Required value: when spec.resourceAttributes.labelSelector is specified, requirements or rawSelector is required',
      ],
    ],
    [
      'a selector in two forms',
      {
        spec: {
          resourceAttributes: {
            ...createPods,
            fieldSelector: { rawSelector: 'a=b', requirements: [{ key: 'a', operator: 'In', values: ['b'] }] },
          },
        },
      },
      [
        'Invalid',
        'spec.resourceAttributes.fieldSelector.rawSelector',
        'Invalid value: "a=b": may not specified at the same time as requirements',
      ],
    ],
  ])('are refused that ask for %s', async ([, review, cause], { api }) => {
    // They have a group but no kind.
    const { body } = await api.post(accessReviews, review)
    const { message, details } = invalid({ kind: '', group: 'authorization.k8s.io' }, cause)
    const { kind: _, ...rest } = details as { kind: string }
    expect(body).toEqual(refusal(422, 'Invalid', message, rest))
  })

  it('have no name', async ({ api }) => {
    const { body } = await api.post(accessReviews, {
      metadata: { name: 'x' },
      spec: { resourceAttributes: createPods },
    })
    expect(body).toMatchObject({
      code: 422,
      message: expect.stringMatching(
        /^\.authorization\.k8s\.io "" is invalid: metadata: Invalid value: \{"name":"x".*\}: must be empty$/,
      ),
    })
  })

  it('are read as everything that is created is', async ({ api }) => {
    const spec = { resourceAttributes: createPods, foo: 1 }
    const warned = await api.post(accessReviews, { spec })
    expect([warned.status, warned.warnings]).toEqual([201, ['299 - "unknown field \\"spec.foo\\""']])
    const cannot = 'SelfSubjectAccessReview in version "v1" cannot be handled as a SelfSubjectAccessReview'
    expect((await api.post(`${accessReviews}?fieldValidation=Strict`, { spec })).body).toEqual(
      badRequest(`${cannot}: strict decoding error: unknown field "spec.foo"`),
    )
    expect((await api.post(accessReviews, { apiVersion: 'v1', kind: 'Pod' })).body).toEqual(
      badRequest(
        'Pod in version "v1" cannot be handled as a SelfSubjectAccessReview: converting (v1.Pod) to (authorization.SelfSubjectAccessReview): unknown conversion',
      ),
    )
  })

  it('are asked, and not read', async ({ api }) => {
    const notAllowed = 'the server does not allow this method on the requested resource'
    for (const path of [accessReviews, reviews]) {
      expect((await api.get(path)).body).toEqual(refusal(405, 'MethodNotAllowed', notAllowed, {}))
      expect((await api.get(`${path}/x`)).body).toEqual(
        refusal(404, 'NotFound', 'the server could not find the requested resource', {}),
      )
    }
  })

  it('are answered as they are to who wants a table', async ({ api }) => {
    const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
    const { body } = await api.post(accessReviews, { spec: { resourceAttributes: createPods } }, { accept })
    expect(body).toMatchObject({ kind: 'SelfSubjectAccessReview', status: { allowed: true } })
  })

  it('are not for everyone', async ({ api }) => {
    const { body } = await api.post(accessReviews, { spec: { resourceAttributes: createPods } }, { token: null })
    expect(body).toEqual(
      refusal(
        403,
        'Forbidden',
        'selfsubjectaccessreviews.authorization.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
        { group: 'authorization.k8s.io', kind: 'selfsubjectaccessreviews' },
      ),
    )
  })

  it('tell who asks', async ({ api }) => {
    const { status, body } = await api.post(reviews, {
      metadata: { name: 'x' },
      status: { userInfo: { username: 'me' } },
    })
    const name = expect.not.stringMatching(/^me$/)
    expect([status, body]).toEqual([
      201,
      {
        kind: 'SelfSubjectReview',
        apiVersion: 'authentication.k8s.io/v1',
        metadata: { creationTimestamp: expect.any(String) },
        status: { userInfo: { username: name, uid: name, groups: ['system:masters', 'system:authenticated'] } },
      },
    ])
  })
})
