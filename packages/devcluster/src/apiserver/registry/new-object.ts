import { apiTime } from '../../api-time.ts'
import type { Random } from '../../random.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import { generatedName, randomUid } from '../random-text.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { badRequest, OTHER_NAMESPACE } from '../status.ts'

/**
 * A new object in its namespace, without what a client cannot say.
 *
 * @throws {ApiError} 400 for one of another namespace
 */
export function placed(resource: ResourceDefinition, namespace: string | undefined, given: KubeObject): KubeObject {
  const { namespace: own, deletionTimestamp: _, deletionGracePeriodSeconds: __, ...rest } = given.metadata
  if (resource.namespaced && own && own !== namespace) throw badRequest(OTHER_NAMESPACE)
  return {
    ...given,
    metadata: { ...rest, ...(resource.namespaced && namespace !== undefined && { namespace }) },
  }
}

/** A new object with a name, a uid and a time of birth, which the server alone gives. */
export function born(object: KubeObject, random: Random, now: number): KubeObject {
  const { name, generateName, ...rest } = object.metadata
  return {
    ...object,
    metadata: {
      ...rest,
      ...(generateName !== undefined && { generateName }),
      name: name || (generateName ? generatedName(generateName, random) : ''),
      uid: randomUid(random),
      creationTimestamp: apiTime(now),
    },
  }
}
