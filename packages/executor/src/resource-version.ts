/**
 * The last version seen of each watched namespace (`""`: all of them), so that a restart of the watch goes on where the
 * last one ended. One object, passed to whom it concerns. Airflow: the process-wide `ResourceVersion`.
 */
export class ResourceVersion {
  /** Namespace to version. */
  readonly resourceVersion: Map<string, string>

  constructor(versions: Iterable<readonly [string, string]> = []) {
    this.resourceVersion = new Map(versions)
  }

  /** The version at which a watch of the namespace resumes; `"0"` when none was seen. */
  get(namespace: string): string {
    return this.resourceVersion.get(namespace) ?? '0'
  }

  set(namespace: string, version: string): void {
    this.resourceVersion.set(namespace, version)
  }
}
