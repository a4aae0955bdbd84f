const DOMAIN =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::\d+)?$|^\[[a-fA-F0-9:]+\](?::\d+)?$/
const PATH_PART = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/
const TAG = /^\w[\w.-]{0,127}$/
const DIGEST = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}$/

/**
 * What is wrong with an image name, in the words of Docker's reference parser; undefined for a good one.
 * github.com/distribution/reference: ParseNormalizedNamed.
 */
export function imageNameProblem(image: string): string | undefined {
  if (/^[a-f0-9]{64}$/.test(image)) {
    return `invalid repository name (${image}), cannot specify 64-byte hexadecimal strings`
  }
  const { domain, rest } = splitDomain(image)
  const [named = '', digest] = splitOnce(rest, '@')
  const colon = named.lastIndexOf(':')
  const path = colon >= 0 ? named.slice(0, colon) : named
  const tag = colon >= 0 ? named.slice(colon + 1) : undefined
  if (path !== path.toLowerCase()) {
    return `invalid reference format: repository name (${repository(domain, path)}) must be lowercase`
  }
  const isGood =
    (domain === undefined || DOMAIN.test(domain)) &&
    path.split('/').every((part) => PATH_PART.test(part)) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest))
  if (!isGood) return 'invalid reference format'
  const full = `${domain ?? 'docker.io'}/${path}`
  return full.length > 255 ? 'repository name must not be more than 255 characters' : undefined
}

/** The name with registry and tag written out, as a container runtime names it: `docker.io/library/busybox:latest`. */
export function fullImageName(image: string): string {
  const { domain = 'docker.io', rest } = splitDomain(image)
  return `${domain}/${repository(domain, rest)}${/[:@]/.test(rest) ? '' : ':latest'}`
}

/** Docker's own images have no folder in their short names. */
function repository(domain: string | undefined, path: string): string {
  return (domain ?? 'docker.io') === 'docker.io' && !path.includes('/') ? `library/${path}` : path
}

/** A first part is a registry when it could not be a folder: it has a dot, a port, an upper-case letter, or is `localhost`. */
function splitDomain(image: string): { domain?: string; rest: string } {
  const slash = image.indexOf('/')
  const first = image.slice(0, Math.max(slash, 0))
  const isDomain = slash >= 0 && (/[.:]/.test(first) || first === 'localhost' || first.toLowerCase() !== first)
  return isDomain ? { domain: first, rest: image.slice(slash + 1) } : { rest: image }
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]
}

/** Whether an image is the newest of its name: it says so, or says nothing. What is no image's name is not. */
export function hasLatestTag(image: string): boolean {
  return imageNameProblem(image) === undefined && /:latest(?:@|$)/.test(fullImageName(image))
}
