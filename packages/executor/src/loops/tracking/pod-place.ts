/** Where a pod is: never two at one place at a time. */
export function podPlace(namespace: string, podName: string): string {
  return `${namespace}/${podName}`
}
