/** The path of the pods of a namespace, or of all with null. Names are escaped: a slash in one cannot change the path. */
export function podsPath(namespace: string | null): string {
  return namespace === null ? '/api/v1/pods' : `/api/v1/namespaces/${pathSegment(namespace)}/pods`
}

/** The path of one pod. */
export function podPath(namespace: string, name: string): string {
  return `${podsPath(namespace)}/${pathSegment(name)}`
}

/** One part of a path, escaped. @throws TypeError for what would make it another path */
export function pathSegment(text: string): string {
  // Without a name the path would be another one: that of the collection.
  if (text === '' || text === '.' || text === '..') {
    throw new TypeError(`not a name that Kubernetes could have given: ${JSON.stringify(text)}`)
  }
  return encodeURIComponent(text)
}
