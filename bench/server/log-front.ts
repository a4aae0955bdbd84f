import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { podsPath, withQuery } from '../../test/support/api-paths.ts'
import { startForwardingProxy } from '../../test/support/forwarding-proxy.ts'
import { RawApi } from '../../test/support/raw-api.ts'
import { BEGIN_PATH } from '../clients/log-parameters.ts'
import { LogSource, type LogSourceOptions } from './log-source.ts'

/** A front of an API server that answers for the logs of its pods. */
export interface LogFront extends AsyncDisposable {
  /** A file. */
  readonly kubeconfig: string
}

/**
 * Begins when it is told to: then all pods are deleted, which go on writing while their containers end; when they have,
 * their finalizers are taken off, and they are gone.
 */
export async function startLogFront(
  { kubeconfig }: Kubernetes,
  options: Omit<LogSourceOptions, 'onEnd'>,
  folder: string,
): Promise<LogFront> {
  const api = new RawApi(kubeconfig)
  const source = new LogSource({ ...options, onEnd: () => void release(api) })
  const proxy = await startForwardingProxy(kubeconfig, {
    answer: ({ path }, response) => {
      const url = new URL(path, 'https://front')
      const pod = /^\/api\/v1\/namespaces\/default\/pods\/([^/]+)\/log$/.exec(url.pathname)?.[1]
      if (pod !== undefined) source.answer(pod, url.searchParams, response)
      else if (url.pathname === BEGIN_PATH) {
        source.begin()
        void api.delete(withQuery(podsPath('default'), { gracePeriodSeconds: 60 }))
        response.end()
      } else return false
      return true
    },
  })
  const file = join(folder, 'front.kubeconfig')
  await writeFile(file, proxy.kubeconfig)
  return {
    kubeconfig: file,
    async [Symbol.asyncDispose]() {
      source[Symbol.dispose]()
      await proxy[Symbol.asyncDispose]()
      api[Symbol.dispose]()
    },
  }
}

async function release(api: RawApi): Promise<void> {
  const { body } = await api.get<{ items: { metadata: { name: string } }[] }>(podsPath('default'))
  for (const { metadata } of body.items)
    await api.patch(podsPath('default', metadata.name), 'merge', { metadata: { finalizers: null } })
}
