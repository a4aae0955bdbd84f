import { apiTime } from '../../api-time.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import type { FieldErrors } from '../validation/field-errors.ts'
import { plainResource } from './plain-resource.ts'
import { partOf } from './resource-definition.ts'

/** Who holds the dev cluster's one token: it opens everything, as that of Kubernetes' administrators does. */
const USER = {
  username: 'davit-devcluster',
  uid: 'davit-devcluster',
  groups: ['system:masters', 'system:authenticated'],
}

const asked = {
  shortNames: [],
  namespaced: false,
  verbs: ['create'],
  columns: [],
  row: () => [],
} as const

/** "May I?": `kubectl auth can-i`. */
export const selfSubjectAccessReviews = plainResource({
  ...asked,
  group: 'authorization.k8s.io',
  kind: 'SelfSubjectAccessReview',
  plural: 'selfsubjectaccessreviews',
  singular: 'selfsubjectaccessreview',
  typeName: 'authorization.SelfSubjectAccessReview',
  question: {
    validate: validateAccessReview,
    answer: ({ spec }) => ({ spec, status: { allowed: true } }),
  },
})

/** "Who am I?": `kubectl auth whoami`. */
export const selfSubjectReviews = plainResource({
  ...asked,
  group: 'authentication.k8s.io',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  singular: 'selfsubjectreview',
  typeName: 'authentication.SelfSubjectReview',
  question: {
    answer: (_, now) => ({ metadata: { creationTimestamp: apiTime(now) }, status: { userInfo: USER } }),
  },
})

/** Kubernetes: ValidateSelfSubjectAccessReview. */
function validateAccessReview(review: KubeObject, errors: FieldErrors): void {
  const attributes = partOf(review, 'spec', 'resourceAttributes')
  const path = partOf(review, 'spec', 'nonResourceAttributes') as { path?: string; verb?: string } | undefined
  if (attributes !== undefined && path !== undefined) {
    const shown = { Path: path.path ?? '', Verb: path.verb ?? '' }
    errors.invalid('spec.nonResourceAttributes', shown, 'cannot be specified in combination with resourceAttributes')
  }
  if (attributes === undefined && path === undefined) {
    const text = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'
    errors.invalid('spec.resourceAttributes', undefined, text)
  }
  for (const field of ['fieldSelector', 'labelSelector']) {
    const selector = partOf(review, 'spec', 'resourceAttributes', field)
    if (selector !== undefined) validateSelector(selector as Selector, `spec.resourceAttributes.${field}`, errors)
  }
  if (Object.keys(review.metadata).length > 0) errors.invalid('metadata', review.metadata, 'must be empty')
}

interface Selector {
  readonly rawSelector?: string
  readonly requirements?: readonly unknown[]
}

function validateSelector({ rawSelector = '', requirements = [] }: Selector, path: string, errors: FieldErrors): void {
  if (rawSelector !== '' && requirements.length > 0) {
    errors.invalid(`${path}.rawSelector`, rawSelector, 'may not specified at the same time as requirements')
  }
  if (rawSelector === '' && requirements.length === 0) {
    errors.required(`${path}.requirements`, `when ${path} is specified, requirements or rawSelector is required`)
  }
}
