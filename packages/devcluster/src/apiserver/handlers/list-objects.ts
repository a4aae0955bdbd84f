import { type KubeObject, objectKey } from '../../storage/kube-object.ts'
import type { VersionedStore } from '../../storage/versioned-store.ts'
import type { ListOptions } from '../http/list-options.ts'
import type { ListMetadata } from '../http/object-encoder.ts'
import { invalidVersionText, versionValue } from '../http/query-values.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { badRequest, expired } from '../status.ts'
import { decodeContinueToken, encodeContinueToken } from './continue-token.ts'

const TOO_OLD_TO_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the ' +
  'continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing ' +
  'with the provided token results in an inconsistent list - objects that were created, modified, or deleted between ' +
  'the time the first chunk was returned and now may show up in the list.'

export interface ObjectList {
  readonly items: readonly KubeObject[]
  readonly metadata: ListMetadata
}

/** Which version a list is of, as its options say. */
export interface ListVersion {
  /** The version to show; undefined: the newest. */
  readonly exact: number | undefined
  /** The list must wait until the store has this version. */
  readonly atLeast: number
  readonly start: string
  /** A version of 0 means all, whatever the limit. */
  readonly limit: number
}

/** @throws {ApiError} 400 */
export function listVersion(options: ListOptions, { isUncached }: Pick<ResourceDefinition, 'isUncached'>): ListVersion {
  const { continueToken, resourceVersion, resourceVersionMatch, limit } = options
  if (continueToken !== '') {
    const { revision, start } = decodeContinueToken(continueToken)
    if (resourceVersion !== '' && resourceVersion !== '0') {
      throw badRequest('specifying resource version is not allowed when using continue')
    }
    return { exact: revision < 0 ? undefined : revision, atLeast: Math.max(revision, 0), start, limit }
  }
  const version = versionValue(resourceVersion)
  if (version === 'invalid') throw badRequest(`invalid resource version: ${invalidVersionText(resourceVersion)}`)
  if (version === undefined) return { exact: undefined, atLeast: 0, start: '', limit }
  // A watch cache answers with all that it has.
  if (version === 0) return { exact: undefined, atLeast: 0, start: '', limit: isUncached ? limit : 0 }
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0)
  return { exact: isExact ? version : undefined, atLeast: version, start: '', limit }
}

/**
 * One page of a list.
 *
 * @throws {ApiError} 410 when its version is forgotten
 */
export function listObjects(
  store: VersionedStore,
  resource: ResourceDefinition,
  namespace: string | undefined,
  options: ListOptions,
  version: ListVersion,
): ObjectList {
  const revision = version.exact ?? store.revision
  const all = store.listAt(resource.collection, namespace, revision)
  if (!all) {
    if (options.continueToken === '') throw expired('The resourceVersion for the provided list is too old.')
    const next = encodeContinueToken({ revision: -1, start: version.start }, resource.isUncached)
    throw expired(TOO_OLD_TO_CONTINUE, { continue: next })
  }
  const rest = version.start === '' ? all : all.filter((object) => keyIn(object, namespace) >= version.start)
  const items: KubeObject[] = []
  for (const [index, object] of rest.entries()) {
    if (version.limit > 0 && items.length === version.limit) {
      const last = items.at(-1)
      const start = `${last ? keyIn(last, namespace) : ''}\u0000`
      return {
        items,
        metadata: {
          resourceVersion: String(revision),
          continue: encodeContinueToken({ revision, start }, resource.isUncached),
          ...(!options.hasSelector && { remainingItemCount: rest.length - index }),
        },
      }
    }
    if (options.matches(object)) items.push(object)
  }
  return { items, metadata: { resourceVersion: String(revision) } }
}

/** The key of an object behind what all objects of the list share. */
function keyIn({ metadata }: KubeObject, namespace: string | undefined): string {
  return namespace === undefined ? objectKey(metadata.namespace, metadata.name) : metadata.name
}
