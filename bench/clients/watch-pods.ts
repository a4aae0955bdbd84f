import { createKubeClient, loadKubeConfig, type PodView } from '@davit/executor'
import { CoreV1Api, KubeConfig, makeInformer, type V1Pod } from '@kubernetes/client-node'
import { BareServer } from './bare-server.ts'
import { bareWatch } from './bare-watch.ts'

/** What a watch with nothing behind it tells of a pod. */
export interface PodNews {
  readonly name: string
  readonly phase: string | undefined
}

/** `json`: bare; `protobuf`: as Davit reads it; `client-node`: its informer, which holds every pod. */
export type WatchKind = 'json' | 'protobuf' | 'client-node'

export interface WatchedScope {
  readonly kubeconfig: string
  /** @default all pods of the namespace; not for `json` */
  readonly labelSelector?: string
}

/** Tells of every change of the namespace's pods, once it is open, until it is closed. */
export async function watchPods(
  kind: WatchKind,
  scope: WatchedScope,
  notice: (news: PodNews) => void,
): Promise<() => Promise<void>> {
  return await openers[kind](scope, notice)
}

const namespace = 'default'
type Opener = (scope: WatchedScope, notice: (news: PodNews) => void) => Promise<() => Promise<void>>

const openers: Readonly<Record<WatchKind, Opener>> = {
  async json({ kubeconfig }, notice) {
    const ended = new AbortController()
    const server = await BareServer.open(kubeconfig, 1)
    void bareWatch(server, ended.signal, (_type, { metadata, status }) =>
      notice({ name: metadata.name, phase: status.phase }),
    )
    return async () => {
      ended.abort()
      await server.close()
    }
  },

  async protobuf({ kubeconfig, labelSelector }, notice) {
    const ended = new AbortController()
    const kube = createKubeClient(await loadKubeConfig({ kubeconfigPath: kubeconfig }))
    const project = ({ metadata, status }: PodView) => ({ name: metadata?.name ?? '', phase: status?.phase })
    const selected = labelSelector === undefined ? {} : { labelSelector }
    const list = await kube.pods.list(namespace, { project, ...selected })
    for (const pod of list.items) notice(pod)
    let { resourceVersion } = list
    // The server ends streams of readers that are behind for a moment.
    const watch = async () => {
      while (!ended.signal.aborted) {
        const watching = { project, signal: ended.signal, resourceVersion, ...selected }
        for await (const event of kube.pods.watch(namespace, watching)) {
          if (event.type === 'ERROR') {
            // A cache that is behind for a moment knows no version as new as ours.
            if (event.status.code !== 504) throw new Error(event.status.message)
            break
          }
          resourceVersion = event.resourceVersion
          if ('object' in event) notice(event.object)
        }
      }
    }
    void watch()
    return async () => {
      ended.abort()
      await kube.close()
    }
  },

  async 'client-node'({ kubeconfig, labelSelector }, notice) {
    const config = new KubeConfig()
    config.loadFromFile(kubeconfig)
    const api = config.makeApiClient(CoreV1Api)
    const selected = labelSelector === undefined ? {} : { labelSelector }
    const list = () => api.listNamespacedPod({ namespace, ...selected })
    const informer = makeInformer(config, `/api/v1/namespaces/${namespace}/pods`, list, labelSelector)
    const tell = ({ metadata, status }: V1Pod) => notice({ name: metadata?.name ?? '', phase: status?.phase })
    informer.on('add', tell)
    informer.on('update', tell)
    // Its documentation starts it again after an error.
    informer.on('error', () => void informer.start())
    await informer.start()
    return () => informer.stop()
  },
}
