import type { KubeObject } from '../../storage/kube-object.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { fieldMatcher, parseFieldSelector } from '../selectors/field-selector.ts'
import { parseLabelSelector } from '../selectors/label-selector.ts'
import { invalid } from '../status.ts'
import { FieldErrors } from '../validation/field-errors.ts'
import { booleanValue, integerValue } from './query-values.ts'

/** The options of a list, a watch or the deletion of a collection. */
export interface ListOptions {
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
 * Reads and checks the options of a list (apimachinery: ListOptions, SetListOptionsDefaults, ValidateListOptions).
 *
 * @throws {ApiError} 400, 422
 */
export function readListOptions(query: URLSearchParams, resource: ResourceDefinition): ListOptions {
  const timeoutSeconds = integerValue(query, 'timeoutSeconds')
  const limit = integerValue(query, 'limit') ?? 0
  const labelSelector = query.get('labelSelector') ?? ''
  const fieldSelector = query.get('fieldSelector') ?? ''
  const matchesLabels = parseLabelSelector(labelSelector)
  const fieldTerms = parseFieldSelector(fieldSelector)
  const isWatch = booleanValue(query, 'watch')
  const given = {
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    continueToken: query.get('continue') ?? '',
    sendInitialEvents: query.has('sendInitialEvents') ? booleanValue(query, 'sendInitialEvents') : undefined,
  }
  const versions = isWatch ? withInitialEvents(given) : given
  const errors = new FieldErrors()
  if (isWatch) validateWatch(versions, errors)
  else validateList(versions, errors)
  if (!errors.isEmpty) throw invalid('ListOptions', '', errors, 'meta.k8s.io')
  const matchesFields = fieldMatcher(fieldTerms, resource)
  return {
    ...versions,
    limit: Math.max(limit, 0),
    timeoutSeconds,
    allowWatchBookmarks: booleanValue(query, 'allowWatchBookmarks'),
    // An equals sign alone says nothing, and is understood.
    hasSelector: labelSelector !== '' || !['', '='].includes(fieldSelector),
    selector: JSON.stringify([labelSelector, fieldSelector]),
    matches: (object: KubeObject) => matchesLabels(object.metadata.labels ?? {}) && matchesFields(object),
  }
}

type Versions = Pick<ListOptions, 'resourceVersion' | 'resourceVersionMatch' | 'continueToken' | 'sendInitialEvents'>

/** A watch that begins with what is there counts as one that asks for that. */
function withInitialEvents(given: Versions): Versions {
  const { resourceVersion, resourceVersionMatch, sendInitialEvents } = given
  const isFromStart = resourceVersion === '' || resourceVersion === '0'
  if (!isFromStart || sendInitialEvents !== undefined || resourceVersionMatch !== '') return given
  return { ...given, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
}

function validateList(options: Versions, errors: FieldErrors): void {
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

function validateWatch(options: Versions, errors: FieldErrors): void {
  const { resourceVersionMatch: match, continueToken, sendInitialEvents } = options
  const path = 'resourceVersionMatch'
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    errors.forbidden(path, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (match !== '' && sendInitialEvents === undefined) {
    errors.forbidden(path, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (match !== '' && match !== 'NotOlderThan') errors.notSupported(path, match, ['NotOlderThan'])
  if (match !== '' && continueToken !== '') {
    errors.forbidden(path, 'resourceVersionMatch is forbidden when continue is provided')
  }
}
