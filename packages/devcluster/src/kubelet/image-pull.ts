import { fullImageName, imageNameProblem } from './image-name.ts'

/** What becomes of a container's image on a node that pulls none. */
export type ImagePull =
  | { readonly outcome: 'present' }
  /** `reason` is the waiting reason; `event` and `message` are what is reported beside it. */
  | {
      readonly outcome: 'refused'
      readonly reason: 'InvalidImageName' | 'ErrImageNeverPull' | 'ImageInspectError'
      readonly event: string
      readonly message: string
    }
  /** It is tried again, ever later. `error` is what the node was told; `message` says the same of the container. */
  | {
      readonly outcome: 'failed'
      readonly reason: 'ErrImagePull' | 'RegistryUnavailable'
      readonly error: string
      readonly message: string
    }

/**
 * Every image counts as present, for commands run on the host; but names that begin with `missing/` fail to be pulled, so
 * that users can see what a wrong image does.
 */
export function imagePull(image: string, policy: string | undefined): ImagePull {
  const problem = imageNameProblem(image)
  if (problem !== undefined) return invalidImageName(image, problem)
  if (!image.startsWith('missing/')) return { outcome: 'present' }
  return policy === 'Never' ? imageNeverPulled(image) : imageNotFound(image)
}

/** A name that cannot be read. Kubernetes: EnsureImageExists. */
export function invalidImageName(image: string, problem: string): ImagePull {
  return {
    outcome: 'refused',
    reason: 'InvalidImageName',
    event: 'InspectFailed',
    message: `Failed to apply default image tag "${image}": couldn't parse image name "${image}": ${problem}`,
  }
}

/** An image that is not on the node, of a container that wants none pulled. Kubernetes: imageNotPresentOnNeverPolicyError. */
export function imageNeverPulled(image: string): ImagePull {
  return {
    outcome: 'refused',
    reason: 'ErrImageNeverPull',
    event: 'ErrImageNeverPull',
    message: `Container image "${image}" is not present with pull policy of Never`,
  }
}

/** An image that the container runtime cannot look up. Kubernetes: imagePullPrecheck, which names no image in its text. */
export function imageNotInspected(error: string): ImagePull {
  const message = `Failed to inspect image "": ${error}`
  return { outcome: 'refused', reason: 'ImageInspectError', event: 'InspectFailed', message }
}

/** An image that its registry does not have. Text: containerd's. */
export function imageNotFound(image: string): ImagePull {
  const full = fullImageName(image)
  return imageNotPulled(
    `rpc error: code = NotFound desc = failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${full}: not found`,
  )
}

/** A pull that failed for any other reason. Kubernetes: evalCRIPullErr. */
export function imageNotPulled(error: string): ImagePull {
  return { outcome: 'failed', reason: 'ErrImagePull', error, message: error }
}

/** A registry that does not answer, as the container runtime knows it. Kubernetes: evalCRIPullErr. */
export function registryUnavailable(image: string, error: string): ImagePull {
  return {
    outcome: 'failed',
    reason: 'RegistryUnavailable',
    error: `RegistryUnavailable: ${error}`,
    message: `image pull failed for ${image} because the registry is unavailable: ${error}`,
  }
}
