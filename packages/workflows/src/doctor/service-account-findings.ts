import { isHidden, isMissing, wordsOf } from './asked.ts'
import { refusedFor } from './dry-run-findings.ts'
import { type Finding, ok, problem, warning } from './finding.ts'
import type { NamespaceFacts } from './namespace-facts.ts'

/** The service account that pods of the template run as: is it there, and do they get its token without need? */
export function serviceAccountFindings(facts: NamespaceFacts): readonly Finding[] {
  return [existence(facts), ...mountedToken(facts)]
}

function existence({ serviceAccount: { name, object }, dryRun, namespace }: NamespaceFacts): Finding {
  const isAccepted = refusedFor(dryRun) === null
  if ('value' in object || (isHidden(object) && isAccepted)) {
    return ok('service account', `pods run as the service account ${name}, which is there`, namespace)
  }
  if (isMissing(object)) {
    const trouble = {
      what: `there is no service account ${name} in the namespace ${namespace}`,
      why: 'tasks stay queued as refused (service-account), and fail after 60 s',
      todo: `kubectl create serviceaccount ${name} -n ${namespace}, or name another in the pod template`,
    }
    return problem('service account', trouble, namespace)
  }
  const trouble = {
    what: `the service account ${name} was not looked at: ${wordsOf(object.error)}`,
    why: 'a pod whose service account is not there is refused',
    todo: `look as somebody who may: kubectl get serviceaccount ${name} -n ${namespace}`,
  }
  return warning('service account', trouble, namespace)
}

/** Told by the pod that the server would have made. Who asks for the token in the template means it. */
function mountedToken({ pod, dryRun, serviceAccount: { name }, namespace }: NamespaceFacts): readonly Finding[] {
  if (!('value' in dryRun) || pod.spec?.automountServiceAccountToken === true) return []
  const { volumes = [] } = dryRun.value.object.spec ?? {}
  const isMounted = volumes.some(
    ({ name: volume, projected }) =>
      volume.startsWith('kube-api-access-') &&
      projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken),
  )
  if (!isMounted) return []
  const trouble = {
    what: `pods of tasks get a token of the service account ${name}`,
    why: 'davit needs none in them, and the code of every task may do with it what that account may',
    todo: 'automountServiceAccountToken: false in the pod template; true there, if tasks speak to the API server',
  }
  return [warning('service account', trouble, namespace)]
}

/** Secrets for pulling images that the pod names. Kubernetes says nothing of one that is not there, until a pull fails. */
export function pullSecretFindings({ pullSecrets, namespace }: NamespaceFacts): readonly Finding[] {
  return pullSecrets.map(({ name, object }) => {
    if ('value' in object) return ok('pull secrets', `the pull secret ${name} is there`, namespace)
    const why = 'images that need it are not pulled: tasks fail as config (ErrImagePull)'
    if (isMissing(object)) {
      const todo = `kubectl create secret docker-registry ${name} -n ${namespace} …, or leave it out of the pod template`
      return problem('pull secrets', { what: `there is no pull secret ${name}`, why, todo }, namespace)
    }
    const what = `the pull secret ${name} was not looked at: ${wordsOf(object.error)}`
    const todo = `look as somebody who may: kubectl get secret ${name} -n ${namespace}`
    return warning('pull secrets', { what, why, todo }, namespace)
  })
}
