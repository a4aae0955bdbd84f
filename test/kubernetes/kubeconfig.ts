import type { ApiAccess } from './api-request.ts'

/** A kubeconfig (YAML) with one cluster, one user and one context, `davit-kubernetes`. */
export function kubeconfigText({ url, authorityPem, token }: ApiAccess): string {
  return `apiVersion: v1
kind: Config
current-context: davit-kubernetes
clusters:
  - name: davit-kubernetes
    cluster:
      server: ${url}
      certificate-authority-data: ${Buffer.from(authorityPem).toString('base64')}
users:
  - name: davit-kubernetes
    user:
      token: ${token}
contexts:
  - name: davit-kubernetes
    context:
      cluster: davit-kubernetes
      user: davit-kubernetes
      namespace: default
`
}
