import type { Backend } from './backend.ts'
import { type BackendName, namedBackends } from './backend-names.ts'
import { devclusterBackend } from './devcluster-backend.ts'
import { existingBackend } from './existing-backend.ts'
import { kubernetesBackend } from './kubernetes-backend.ts'

const rows: Readonly<Record<BackendName, Backend>> = {
  devcluster: devclusterBackend,
  kubernetes: kubernetesBackend,
  existing: existingBackend,
}

/** The rows of {@link namedBackends}. */
export function backends(conformance: string | undefined): readonly Backend[] {
  return namedBackends(conformance).map((name) => rows[name])
}
