import type { AccessReview } from '../cluster/access-reviews.ts'
import { byResource, grantCommand, namespaceText, permissionText } from '../cluster/grant-command.ts'
import { type Asked, wordsOf } from './asked.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** What we may do, by the server's own word; what is lost without, in the words of docs/operations.md. */
export function permissionFindings(answer: Asked<readonly AccessReview[]>, user: string | null): readonly Finding[] {
  if ('error' in answer) {
    const trouble = {
      what: `the permissions could not be asked for: ${wordsOf(answer.error)}`,
      why: 'what is missing shows only when it is needed',
      todo: 'let the user create selfsubjectaccessreviews, as Kubernetes does by itself (role system:basic-user)',
    }
    return [warning('permissions', trouble)]
  }
  const scopes = Map.groupBy(answer.value, ({ namespace }) => namespace)
  return [...scopes].flatMap(([namespace, reviews]) => {
    const missing = reviews.filter(({ isAllowed }) => !isAllowed)
    if (missing.length === 0) {
      const allowed = reviews.map(({ permission }) => permissionText(permission)).join(', ')
      return [ok('permissions', `we may do all that is needed ${namespaceText(namespace)}: ${allowed}`, namespace)]
    }
    return byResource(missing).flatMap((group) =>
      group.map(({ permission }) => {
        const trouble = {
          what: `we may not ${permissionText(permission)} ${namespaceText(namespace)}; it is needed for ${permission.neededFor}`,
          why: `without it: ${permission.without}`,
          todo: grantCommand(group, user),
        }
        return (permission.isNeeded ? problem : warning)('permissions', trouble, namespace)
      }),
    )
  })
}
