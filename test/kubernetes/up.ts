import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { artifacts } from './artifacts.ts'
import { kubernetesVersion } from './build-program.ts'
import { acquireLock } from './exclusive-lock.ts'
import { kubectlOn } from './kubectl.ts'
import { type Layout, layoutIn } from './layout.ts'
import type { NodeKind } from './node-kinds.ts'
import { releaseFolder } from './ownership.ts'
import { isAlive } from './process-identity.ts'
import { startInFolder } from './start-in-folder.ts'
import { readState, type State } from './state-file.ts'
import { stopParts } from './stop-parts.ts'

export interface UpOptions {
  readonly stateFolder: string
  readonly nodeKinds: readonly NodeKind[]
  readonly signal: AbortSignal
  /** For what takes long. */
  readonly onProgress: (line: string) => void
}

/** Starts a Kubernetes that outlives this process, unless one runs already; returns the lines to print. */
export async function up({ stateFolder, nodeKinds, signal, onProgress }: UpOptions): Promise<string[]> {
  const layout = layoutIn(stateFolder)
  await mkdir(stateFolder, { recursive: true })
  using _lock = await acquireLock(join(stateFolder, 'lock'), {
    onWait: () => onProgress('waiting for another up or down'),
    signal,
  })
  const previous = await readState(layout.state)
  if (previous !== null && Object.values(previous.processes).every(isAlive)) {
    const missing = nodeKinds.filter((kind) => previous.processes[kind] === undefined)
    if (missing.length > 0)
      throw new Error(`the kubernetes at ${previous.url} runs without ${missing.join(', ')}: down first`)
    return [`kubernetes ${kubernetesVersion} runs already at ${previous.url}`, ...directions(layout, previous)]
  }
  if (previous !== null) {
    onProgress('the last one has lost some of its processes: starting afresh')
    await stopParts(layout, Object.values(previous.processes))
  }
  // Also what an interrupted start may have left.
  await releaseFolder(layout)

  const made = await artifacts({ nodeKinds, onProgress, signal })
  const startedAt = performance.now()
  const { state, components } = await startInFolder(layout, made, null, { nodeKinds, signal })
  for (const component of components) await component.release()
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  return [`kubernetes ${kubernetesVersion} is ready at ${state.url} after ${seconds} s`, ...directions(layout, state)]
}

/** How to use one that runs. */
export function directions(layout: Layout, state: State): string[] {
  return [
    `kubeconfig: ${layout.kubeconfig}`,
    `audit log:  ${layout.auditLog}`,
    ...(state.hostAddress === null ? [] : [`host address in containers: ${state.hostAddress}`]),
    `kubectl:    ${kubectlOn(state.program, layout).join(' ')}`,
    `export KUBECONFIG=${layout.kubeconfig}`,
  ]
}
