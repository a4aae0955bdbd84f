/** What was looked at. */
export type CheckName =
  | 'address'
  | 'certificate'
  | 'clock'
  | 'credentials'
  | 'database'
  | 'namespace'
  | 'node'
  | 'permissions'
  | 'proxy'
  | 'pull secrets'
  | 'quota'
  | 'service account'
  | 'template'
  | 'version'
  | 'watch'

/** One thing that was found out. */
export interface Finding {
  /** `problem`: tasks will not run, or not as they should. `warning`: they will, and somebody should look at it. */
  readonly level: 'ok' | 'warning' | 'problem'
  readonly check: CheckName
  /** Null: it is about the cluster. */
  readonly namespace: string | null
  /** What is so. Lower case, names the thing. */
  readonly what: string
  /** Why it matters; absent where all is well. */
  readonly why?: string
  /** What to do about it. */
  readonly todo?: string
}

type Trouble = Required<Pick<Finding, 'what' | 'why' | 'todo'>>

export function ok(check: CheckName, what: string, namespace: string | null = null): Finding {
  return { level: 'ok', check, namespace, what }
}

export function warning(check: CheckName, trouble: Trouble, namespace: string | null = null): Finding {
  return { level: 'warning', check, namespace, ...trouble }
}

export function problem(check: CheckName, trouble: Trouble, namespace: string | null = null): Finding {
  return { level: 'problem', check, namespace, ...trouble }
}
