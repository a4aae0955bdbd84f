import { nodeImages } from './node/node-images.ts'
import { requireNodeParts } from './node/requirements.ts'
import type { NodeKind } from './node-kinds.ts'
import { kubernetesProgram, type ProgramOptions } from './program.ts'

/** What was made before any Kubernetes starts, and is kept for all of them. */
export interface Artifacts {
  readonly program: string
  /** The folder of the images; null without a kubelet. */
  readonly images: string | null
}

export interface ArtifactOptions extends ProgramOptions {
  readonly nodeKinds?: readonly NodeKind[] | undefined
}

/**
 * The program, and the images of a kubelet's node if there is to be one.
 *
 * @throws GoMissingError; NodeUnavailableError
 */
export async function artifacts(options: ArtifactOptions): Promise<Artifacts> {
  const needsImages = options.nodeKinds?.includes('kubelet') ?? false
  // Before minutes are spent on the program.
  if (needsImages) requireNodeParts()
  return { program: await kubernetesProgram(options), images: needsImages ? await nodeImages(options) : null }
}
