import { loadYaml } from '../load-yaml.ts'
import { ConfigFields, type ConfigOrigin } from './config-fields.ts'

/** Named sections of one kubeconfig, or of several that were merged. */
export interface Kubeconfig {
  readonly currentContext: string | undefined
  /** The mapping that names the current context, for problems with it. */
  readonly root: ConfigFields
  readonly clusters: ReadonlyMap<string, ConfigFields>
  readonly users: ReadonlyMap<string, ConfigFields>
  readonly contexts: ReadonlyMap<string, ConfigFields>
  /** `config` of the extension that is meant for exec plugins, with the types that YAML gives it, by cluster. */
  readonly execClusterConfig: (cluster: string) => unknown
}

/** Reads the YAML (or JSON) of one kubeconfig. What is wrong with its structure is written down in `origin`. */
export function parseKubeconfig(text: string, origin: ConfigOrigin): Kubeconfig {
  const root = new ConfigFields(readMapping(text, origin), '', origin)
  return {
    currentContext: root.text('current-context'),
    root,
    clusters: named(root, 'clusters', 'cluster'),
    users: named(root, 'users', 'user'),
    contexts: named(root, 'contexts', 'context'),
    execClusterConfig: (cluster) => execClusterConfig(text, cluster),
  }
}

/** As kubectl merges the files of KUBECONFIG: the first to name a cluster, user, context or current context wins. */
export function mergeKubeconfigs(files: readonly [Kubeconfig, ...Kubeconfig[]]): Kubeconfig {
  const backwards = [...files].reverse()
  const current = files.find(({ currentContext }) => currentContext !== undefined) ?? files[0]
  return {
    currentContext: current.currentContext,
    root: current.root,
    clusters: new Map(backwards.flatMap(({ clusters }) => [...clusters])),
    users: new Map(backwards.flatMap(({ users }) => [...users])),
    contexts: new Map(backwards.flatMap(({ contexts }) => [...contexts])),
    execClusterConfig: (name) => files.find(({ clusters }) => clusters.has(name))?.execClusterConfig(name),
  }
}

/** Without pretty errors: those quote the line, which may hold a secret. */
function readMapping(text: string, origin: ConfigOrigin): Record<string, unknown> {
  const { LineCounter, parseDocument } = loadYaml()
  const lines = new LineCounter()
  // The failsafe schema leaves every scalar as it is written: a token or name of digits is not a number.
  const document = parseDocument(text, { schema: 'failsafe', prettyErrors: false, lineCounter: lines })
  for (const error of document.errors) {
    const { line } = lines.linePos(error.pos[0])
    origin.problems.push({ file: origin.file, line, path: null, message: `is not YAML: ${yamlMistake(error.code)}` })
  }
  if (document.errors.length > 0) return {}
  const value: unknown = document.toJS()
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  const message = text.trim() === '' ? 'is empty' : 'is not a kubeconfig: its top level must be a mapping'
  origin.problems.push({ file: origin.file, path: null, message })
  return {}
}

/** The parser's code in words, since its messages may quote the text. */
function yamlMistake(code: string): string {
  return code.toLowerCase().replaceAll('_', ' ')
}

function named(root: ConfigFields, listKey: string, entryKey: string): Map<string, ConfigFields> {
  const entries = new Map<string, ConfigFields>()
  for (const item of root.items(listKey)) {
    const name = item.text('name')
    if (name === undefined) {
      item.problem('name', 'is missing')
      continue
    }
    // Kubernetes takes the first of two namesakes.
    if (entries.has(name)) continue
    const fields = item.fields(entryKey)
    const path = `${listKey}[${name}].${entryKey}`
    entries.set(name, fields ? fields.renamed(path) : new ConfigFields({}, path, root.origin))
  }
  return entries
}

const EXEC_EXTENSION = 'client.authentication.k8s.io/exec'

function execClusterConfig(text: string, cluster: string): unknown {
  if (!text.includes(EXEC_EXTENSION)) return undefined
  const typed = loadYaml().parse(text, { logLevel: 'silent' }) as {
    clusters: { name: string; cluster?: { extensions?: { name?: string; extension?: unknown }[] } }[]
  }
  const extensions = typed.clusters.find(({ name }) => String(name) === cluster)?.cluster?.extensions ?? []
  return extensions.find(({ name }) => name === EXEC_EXTENSION)?.extension
}
