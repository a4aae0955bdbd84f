import type { KubeClient } from '@davit/executor'
import { type AccessReview, reviewAccess } from '../cluster/access-reviews.ts'
import { byResource, grantCommand, namespaceText, permissionText } from '../cluster/grant-command.ts'
import { whoAmI } from '../cluster/who-am-i.ts'
import type { Problem } from '../dag/problem.ts'
import { RunRefusedError } from './prepare-run.ts'

/**
 * Refuses a run that the cluster would not let happen, before anything of it was started: each permission that is missing,
 * with what would become of the run and the command that grants it. Where the server does not answer the question, the run
 * finds out by itself, and says so.
 * @throws {RunRefusedError} `PERMISSION_MISSING`
 */
export async function requirePermissions(
  kube: Pick<KubeClient, 'resources'>,
  namespaces: readonly (string | null)[],
  { file, say }: { readonly file: string; readonly say: (line: string) => void },
): Promise<void> {
  let reviews: readonly AccessReview[]
  try {
    reviews = await reviewAccess(kube, namespaces)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    say(`warning: the permissions are not checked before the run: ${why}`)
    return
  }
  const missing = reviews.filter(({ isAllowed }) => !isAllowed)
  if (missing.length === 0) return
  const user = await whoAmI(kube)
  const problems = byResource(missing).flatMap((group) =>
    group.map((review) => ({ problem: missingPermission(review, group, user), isNeeded: review.permission.isNeeded })),
  )
  const needed = problems.filter(({ isNeeded }) => isNeeded).map(({ problem }) => problem)
  if (needed.length > 0) {
    throw new RunRefusedError('PERMISSION_MISSING', `cannot run ${file}: the cluster does not allow it`, needed)
  }
  for (const { problem } of problems) say(`warning: ${problem.message}; ${problem.hint}`)
}

function missingPermission(review: AccessReview, group: readonly AccessReview[], user: string | null): Problem {
  const { permission, namespace } = review
  const who = user === null ? 'the user' : `User "${user}"`
  return {
    file: null,
    path: null,
    message: `${who} cannot ${permissionText(permission)} ${namespaceText(namespace)}: ${permission.without}`,
    hint: `grant it: ${grantCommand(group, user)}`,
  }
}
