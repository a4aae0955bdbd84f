import type { KubeClient } from '@davit/executor'

type Resources = Pick<KubeClient, 'resources'>

/** Who we are to the server. Rejects where it does not tell: with 404 before Kubernetes 1.28. */
export async function askWho(kube: Resources): Promise<string | null> {
  const { object } = await kube.resources.create<{ status?: { userInfo?: { username?: string } } }>(
    { group: 'authentication.k8s.io', resource: 'selfsubjectreviews' },
    { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
  )
  return object.status?.userInfo?.username ?? null
}

/** Who we are to the server; null where it does not tell. It only makes a message more exact. */
export async function whoAmI(kube: Resources): Promise<string | null> {
  return askWho(kube).catch(() => null)
}
