import { stringify } from 'yaml'

const NAME = 'davit-devcluster'

/** A kubeconfig whose only context is the dev cluster. */
export function kubeconfigText(access: {
  readonly url: string
  readonly authorityPem: string
  readonly token: string
}): string {
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': NAME,
      clusters: [
        {
          name: NAME,
          cluster: {
            server: access.url,
            'certificate-authority-data': Buffer.from(access.authorityPem).toString('base64'),
          },
        },
      ],
      users: [{ name: NAME, user: { token: access.token } }],
      contexts: [{ name: NAME, context: { cluster: NAME, user: NAME, namespace: 'default' } }],
    },
    { lineWidth: 0 },
  )
}

/** Whether a kubeconfig was written by a dev cluster. */
export function isOfDevCluster(kubeconfig: string): boolean {
  return kubeconfig.includes(`current-context: ${NAME}\n`)
}
