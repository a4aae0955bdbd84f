import { type ForwardingProxy, type ProxiedRequest, startForwardingProxy } from './forwarding-proxy.ts'

/** Between a client and an API server: passes everything on, and loses the answers that it is told to lose. */
export interface AnswerLosingProxy extends ForwardingProxy {
  /** The requests whose answer was lost: the server had carried them out, and the connection broke. */
  readonly lost: readonly ProxiedRequest[]
}

/** @param loses whether the answer of a request is to be lost; asked once the server has answered it */
export async function startAnswerLosingProxy(
  kubeconfig: string,
  loses: (request: ProxiedRequest) => boolean,
): Promise<AnswerLosingProxy> {
  const lost: ProxiedRequest[] = []
  const proxy = await startForwardingProxy(kubeconfig, {
    loses: (request) => {
      const isLost = loses(request)
      if (isLost) lost.push(request)
      return isLost
    },
  })
  return { ...proxy, lost }
}
