// Not by its name: this runs outside of the tests, where packages are their builds.
import { requiredPermissions } from '../../packages/executor/src/required-permissions.ts'
import { type UserRequest, userRequests } from '../kubernetes/user-requests.ts'
import { grantText } from './executor-role.ts'

/** What Kubernetes lets every user do. */
const EVERYONES = /^create (authorization|authentication)\.k8s\.io\/selfsubject/

/**
 * What a user's requests and the table of docs/operations.md have one without the other: permissions that nothing asked
 * for, and requests that the table does not name.
 */
export function permissionsOfRun(requests: Iterable<Pick<UserRequest, 'verb' | 'resource'>>): {
  readonly superfluous: readonly string[]
  readonly missing: readonly string[]
} {
  const asked = new Set<string>()
  for (const { verb, resource } of requests) if (resource !== null) asked.add(`${verb} ${resource}`)
  const listed = requiredPermissions.map(grantText)
  return {
    superfluous: listed.filter((grant) => !asked.has(grant)),
    missing: [...asked].filter((grant) => !listed.includes(grant) && !EVERYONES.test(grant)).toSorted(),
  }
}

/**
 * Holds all that the executor's user has asked for in a run of the suites against that table.
 * @param isWhole every file of the suite ran: then nothing in the table may be superfluous
 * @throws Error naming what is missing, or superfluous
 */
export async function checkPermissionsOfRun(auditLogPath: string, user: string, isWhole: boolean): Promise<void> {
  const requests: UserRequest[] = []
  for await (const request of userRequests(auditLogPath, user)) requests.push(request)
  const { superfluous, missing } = permissionsOfRun(requests)
  const told = [
    ...(missing.length > 0 ? [`docs/operations.md lacks what the executor asked for: ${missing.join(', ')}`] : []),
    ...(isWhole && superfluous.length > 0
      ? [`docs/operations.md has what nothing asked for: ${superfluous.join(', ')}`]
      : []),
  ]
  if (told.length > 0) throw new Error(told.join('\n'))
}
