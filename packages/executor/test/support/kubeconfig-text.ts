import { stringify } from 'yaml'

/** A kubeconfig of one context, as YAML. */
export function kubeconfigText(cluster: object, user: object = {}, context: object = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    clusters: [{ name: 'c', cluster }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', ...context } }],
  })
}

/** What a `…-data` field holds. */
export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}
