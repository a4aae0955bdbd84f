import { stringify } from 'yaml'
import type { StartedBackend } from './backend.ts'
import { editKubeconfig } from './edit-kubeconfig.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** What `davit run` is told about a backend: its options, and the folder that it is run in. */
export interface DavitSite extends AsyncDisposable {
  readonly cwd: string
  /** Options of `davit run`: pods in the namespace, on the nodes of the case, which reach the task API. */
  readonly options: readonly string[]
  /** This machine as pods reach it, with the task API's protocol. */
  taskApiUrl(port: number): string
  /** Writes a file into the folder; its path. */
  write(name: string, text: string): Promise<string>
}

/** How somebody would run `davit` on a cluster of their own, as the executor's user. */
export async function davitOn(
  { executorKubeconfig, nodeSelector, hostAddress }: StartedBackend,
  namespace: string,
): Promise<DavitSite> {
  const folder = await temporaryFolder()
  const spec = { nodeSelector, terminationGracePeriodSeconds: 2, containers: [{ name: 'base' }] }
  const template = { apiVersion: 'v1', kind: 'Pod', spec }
  const kubeconfig = await folder.write('kubeconfig', editKubeconfig(executorKubeconfig, { namespace }))
  const pod = await folder.write('pod-template.yaml', stringify(template))
  // Off loopback the task API speaks TLS, and nothing else.
  const scheme = hostAddress.startsWith('127.') ? 'http' : 'https'
  const taskApiUrl = (port: number) => `${scheme}://${hostAddress}:${port}`
  return {
    cwd: folder.path,
    options: [
      ...['--kubeconfig', kubeconfig, '--pod-template-file', pod],
      ...['--task-api-listen', `${hostAddress}:0`, '--task-api-url', taskApiUrl(0)],
    ],
    taskApiUrl,
    write: (name, text) => folder.write(name, text),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
