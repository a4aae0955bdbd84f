import type { TaskSpec } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import type { Finding } from './finding.ts'
import { escapeForKubernetes } from './kubernetes-expansion.ts'
import { isTemplate, TemplateEngine, TemplateError, type TemplateScope } from './template-engine.ts'

type Container = NonNullable<TaskSpec['container']>

/** Linux: MAX_ARG_STRLEN, with its closing zero byte: longer arguments and variables cannot be given to a process. */
const MAX_TEXT_BYTES = 131_071

/** A container task's texts, rendered; or all that stands in the way, by path: `env.ROWS`, `command[2]`. */
export type RenderedContainer =
  | { readonly ok: true; readonly container: Container }
  | { readonly ok: false; readonly problems: readonly Finding[] }

/**
 * Renders the templates of `command`, `args` and `env` for a launch. The result is meant for a pod: Kubernetes expands
 * `$(VAR)` in the author's text, and gives back the templates' values unchanged.
 */
export function renderContainer(container: Container, scope: TemplateScope): RenderedContainer {
  const engine = new TemplateEngine()
  const problems: Finding[] = []
  const render = (text: string, path: DocumentPath): string => {
    try {
      const rendered = isTemplate(text) ? escapeForKubernetes(engine.render(text, scope)) : text
      const wrong = cannotBePassed(rendered)
      if (wrong) problems.push({ path, ...wrong })
      return rendered
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      problems.push({ path, message: error.message })
      return text
    }
  }
  const list = (texts: readonly string[] | null, key: string) =>
    texts?.map((text, index) => render(text, [key, index])) ?? null
  const rendered = {
    image: container.image,
    command: list(container.command, 'command'),
    args: list(container.args, 'args'),
    env: Object.fromEntries(Object.entries(container.env).map(([name, text]) => [name, render(text, ['env', name])])),
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, container: rendered }
}

/**
 * The tasks whose results a container's templates name, so that only these have to be read; `'all'` when a name is
 * computed.
 */
export function xcomReferences(container: Container): ReadonlySet<string> | 'all' {
  const engine = new TemplateEngine()
  const named = new Set<string>()
  for (const text of [...(container.command ?? []), ...(container.args ?? []), ...Object.values(container.env)]) {
    if (!isTemplate(text)) continue
    for (const [root, taskId] of engine.references(text)) {
      if (root !== 'xcom') continue
      if (typeof taskId !== 'string') return 'all'
      named.add(taskId)
    }
  }
  return named
}

function cannotBePassed(text: string): { readonly message: string; readonly hint: string } | undefined {
  if (text.includes('\0')) {
    return { message: 'the value has a NUL character', hint: 'no argument or variable can have one: encode it' }
  }
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_TEXT_BYTES) return undefined
  return {
    message: `the value has ${bytes} bytes`,
    hint: `Linux passes at most ${MAX_TEXT_BYTES}: pass a place instead`,
  }
}
