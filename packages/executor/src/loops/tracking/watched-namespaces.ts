import type { ExecutorConfig } from '../../config/executor-config.ts'

type Scope = Pick<ExecutorConfig, 'namespace' | 'multiNamespaceMode' | 'multiNamespaceModeNamespaceList'>

/** The namespaces that pods may be in; null: all of them. */
export function watchedNamespaces(config: Scope): readonly string[] | null {
  const { namespace, multiNamespaceMode, multiNamespaceModeNamespaceList: list } = config
  if (!multiNamespaceMode) return [namespace]
  return list.length > 0 ? [...new Set(list)] : null
}

/** One for each list or watch that is needed: a namespace, or null for all. */
export function watchScopes(config: Scope): readonly (string | null)[] {
  return watchedNamespaces(config) ?? [null]
}
