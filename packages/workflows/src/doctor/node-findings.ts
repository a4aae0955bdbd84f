import type { Clock, KubeClient } from '@davit/executor'
import type { Node } from 'kubernetes-types/core/v1.d.ts'
import { type Finding, ok, warning } from './finding.ts'

const LABEL = 'davit.dev/pod-isolation'
const LOOKS = 100

/** How the embedded dev cluster runs pods on this machine: its node finds out in a moment, and has a label that says so. */
export async function nodeFindings(kube: Pick<KubeClient, 'resources'>, clock: Clock): Promise<readonly Finding[]> {
  for (let look = 0; look < LOOKS; look += 1) {
    const [node] = await kube.resources.list<Node>({ resource: 'nodes' })
    const isolation = node?.metadata?.labels?.[LABEL]
    if (isolation !== undefined) return [isolationFinding(isolation)]
    await new Promise<void>((done) => clock.setTimeout(done, 50))
  }
  return [isolationFinding('unknown')]
}

function isolationFinding(isolation: string): Finding {
  const pods = 'pods run as processes of this machine'
  if (isolation === 'namespaces') return ok('node', `${pods}, in namespaces of their own; images are not pulled`)
  return warning('node', {
    what: `${pods}, and share its files and processes (${isolation})`,
    why: 'mounted paths are rewritten instead of mounted, and pods see each other',
    todo: 'on Linux install util-linux (unshare, nsenter, setsid), and let users make namespaces',
  })
}
