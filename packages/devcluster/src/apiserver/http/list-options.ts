import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { parseFieldSelector } from '../selectors/field-selector.ts'
import { parseLabelSelector } from '../selectors/label-selector.ts'
import { invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { booleanValue, integerValue } from './query-values.ts'

/** The options of a list, a watch or the deletion of a collection. */
export interface ListOptions {
  readonly isWatch: boolean
  /** As the client wrote it; empty when it did not. */
  readonly resourceVersion: string
  readonly resourceVersionMatch: string
  readonly continueToken: string
  readonly limit: number
  readonly timeoutSeconds: number | undefined
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
  /** Whether labels or fields are selected by. */
  readonly hasSelector: boolean
  /** By what, as the client wrote it: the same text selects the same. */
  readonly selector: string
  matches(object: KubeObject): boolean
}

/**
 * Reads and checks the options of a list (apimachinery: ValidateListOptions).
 *
 * @throws {ApiError} 400, 422
 */
export function readListOptions(query: URLSearchParams, resource: ResourceDefinition, isWatch: boolean): ListOptions {
  const limit = integerValue(query, 'limit') ?? 0
  const timeoutSeconds = integerValue(query, 'timeoutSeconds')
  const labelSelector = query.get('labelSelector') ?? ''
  const fieldSelector = query.get('fieldSelector') ?? ''
  const matchesLabels = parseLabelSelector(labelSelector)
  const matchesFields = parseFieldSelector(fieldSelector, resource)
  const options = {
    isWatch,
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    continueToken: query.get('continue') ?? '',
    limit: Math.max(limit, 0),
    timeoutSeconds,
    allowWatchBookmarks: booleanValue(query, 'allowWatchBookmarks'),
    sendInitialEvents: query.has('sendInitialEvents') ? booleanValue(query, 'sendInitialEvents') : undefined,
    hasSelector: labelSelector !== '' || fieldSelector !== '',
    selector: JSON.stringify([labelSelector, fieldSelector]),
    matches: (object: KubeObject) => matchesLabels(object.metadata.labels ?? {}) && matchesFields(object),
  }
  const errors = new FieldErrors()
  if (isWatch) validateWatch(options, errors)
  else validateList(options, errors)
  if (!errors.isEmpty) throw invalid('ListOptions', '', errors, 'meta.k8s.io')
  return options
}

function validateList(options: ListOptions, errors: FieldErrors): void {
  const { resourceVersionMatch: match, resourceVersion, continueToken, sendInitialEvents } = options
  if (match !== '') {
    const path = 'resourceVersionMatch'
    if (resourceVersion === '') {
      errors.forbidden(path, 'resourceVersionMatch is forbidden unless resourceVersion is provided')
    }
    if (continueToken !== '') {
      errors.forbidden(path, 'resourceVersionMatch is forbidden when continue is provided')
    }
    if (match !== 'Exact' && match !== 'NotOlderThan') errors.notSupported(path, match, ['Exact', 'NotOlderThan', ''])
    if (match === 'Exact' && resourceVersion === '0') {
      errors.forbidden(path, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
    }
  }
  if (sendInitialEvents !== undefined) {
    errors.forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')
  }
}

function validateWatch(options: ListOptions, errors: FieldErrors): void {
  const { resourceVersionMatch: match, continueToken, sendInitialEvents } = options
  const path = 'resourceVersionMatch'
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.forbidden(path, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (match !== '' && sendInitialEvents === undefined) {
    errors.forbidden(path, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (match !== '' && match !== 'NotOlderThan') errors.notSupported(path, match, ['NotOlderThan'])
  if (continueToken !== '') errors.forbidden(path, 'resourceVersionMatch is forbidden when continue is provided')
}
