import { apiTime } from '../../api-time.ts'
import type { Random } from '../../random.ts'
import type { KubeObject } from '../../storage/kube-object.ts'
import { generatedName, randomUid } from '../random-text.ts'
import type { ResourceDefinition } from '../resources/resource-definition.ts'
import { badRequest, OTHER_NAMESPACE } from '../status.ts'

/** So many names are tried before one that is taken is told of. */
const NAME_ATTEMPTS = 8

/**
 * A new object in its namespace, without what a client cannot say; what only a deletion says is left to the client in
 * one that an update creates, as in Kubernetes.
 *
 * @throws {ApiError} 400 for one of another namespace
 */
export function placed(
  resource: ResourceDefinition,
  namespace: string | undefined,
  given: KubeObject,
  isByUpdate: boolean,
): KubeObject {
  const { namespace: own, deletionTimestamp, deletionGracePeriodSeconds, ...rest } = given.metadata
  if (resource.namespaced && own && own !== namespace) throw badRequest(OTHER_NAMESPACE)
  return {
    ...given,
    metadata: {
      ...rest,
      ...(isByUpdate && deletionTimestamp !== undefined && { deletionTimestamp }),
      ...(isByUpdate && deletionGracePeriodSeconds !== undefined && { deletionGracePeriodSeconds }),
      ...(resource.namespaced && namespace !== undefined && { namespace }),
    },
  }
}

/** A new object with a name, a uid and a time of birth, which the server alone gives. */
export function born(object: KubeObject, random: Random, now: number, isTaken: (name: string) => boolean): KubeObject {
  const { name, generateName, ...rest } = object.metadata
  return {
    ...object,
    metadata: {
      ...rest,
      ...(generateName !== undefined && { generateName }),
      name: name || (generateName ? freeName(generateName, random, isTaken) : ''),
      uid: randomUid(random),
      creationTimestamp: apiTime(now),
    },
  }
}

function freeName(prefix: string, random: Random, isTaken: (name: string) => boolean): string {
  let name = generatedName(prefix, random)
  for (let attempt = 1; attempt < NAME_ATTEMPTS && isTaken(name); attempt++) name = generatedName(prefix, random)
  return name
}
