import { createHash } from 'node:crypto'
import type { StartedBackend } from './backend.ts'
import { eventually } from './eventually.ts'
import { executorRole, grantRole } from './executor-role.ts'
import type { RawApi } from './raw-api.ts'

/** A valid name made of a test file's and a test's, readable and unlike all others: `api-create-sets-a-uid-3f9a0c1b`. */
export function namespaceName(file: string, title: string, random: () => number = Math.random): string {
  const slug = `${file} ${title}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, 50)
    .replace(/-+$/, '')
  const suffix = createHash('sha256').update(`${file} ${title} ${random()}`).digest('hex').slice(0, 8)
  return `${slug}-${suffix}`
}

/** Creates a namespace in which pods can be created at once; with a backend, also by its executor's user. */
export async function createNamespace(
  api: RawApi,
  name: string,
  { executorUser }: Pick<StartedBackend, 'executorUser'> = { executorUser: null },
): Promise<void> {
  const { status, text } = await api.post('/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  })
  if (status !== 201) throw new Error(`namespace ${name} was refused: ${text}`)
  // Until a controller has made it, pods are refused.
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`
  await eventually(async () => (await api.get(account)).status === 200)
  if (executorUser !== null) await grantRole(api, name, await executorRole(), { kind: 'User', name: executorUser })
}
