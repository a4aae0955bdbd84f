import { fullImageName, imageNameProblem } from './image-name.ts'

/** What becomes of a container's image on a node that pulls none. */
export type ImagePull =
  | { readonly outcome: 'present' }
  /** `reason` is the waiting reason; `event` and `message` are what is reported beside it. */
  | {
      readonly outcome: 'refused'
      readonly reason: 'InvalidImageName' | 'ErrImageNeverPull'
      readonly event: string
      readonly message: string
    }
  | { readonly outcome: 'failed'; readonly message: string }

/**
 * Every image counts as present, for commands run on the host; but names that begin with `missing/` fail to be pulled, so
 * that users can see what a wrong image does. Texts: Kubernetes' image manager over containerd.
 */
export function imagePull(image: string, policy: string | undefined): ImagePull {
  const problem = imageNameProblem(image)
  if (problem !== undefined) {
    return {
      outcome: 'refused',
      reason: 'InvalidImageName',
      event: 'InspectFailed',
      message: `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${problem}`,
    }
  }
  if (!image.startsWith('missing/')) return { outcome: 'present' }
  if (policy === 'Never') {
    return {
      outcome: 'refused',
      reason: 'ErrImageNeverPull',
      event: 'ErrImageNeverPull',
      message: `Container image "${image}" is not present with pull policy of Never`,
    }
  }
  const full = fullImageName(image)
  return {
    outcome: 'failed',
    message: `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`,
  }
}
