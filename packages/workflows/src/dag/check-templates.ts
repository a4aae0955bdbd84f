import type { DocumentPath } from './document-path.ts'
import type { Findings } from './finding.ts'
import { nameHint } from './nearest-name.ts'
import { shellTextPath } from './shell-text.ts'
import { isTemplate, TEMPLATE_NAMES, TemplateEngine, TemplateError, type TemplateReference } from './template-engine.ts'

/** A container task as far as its templates are concerned. */
export interface TemplatedTask {
  readonly path: DocumentPath
  readonly taskId: string
  readonly isMapped: boolean
  readonly command: readonly string[]
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** What the DAG offers to templates. */
export interface TemplateSurroundings {
  readonly params: readonly string[]
  readonly taskIds: readonly string[]
  /** Everything that ends before a task starts. */
  readonly upstreamOf: (taskId: string) => ReadonlySet<string>
}

/**
 * Checks every template of a task without a run: its syntax, and that the params and tasks that it names exist and come
 * before it.
 */
export function checkTemplates(task: TemplatedTask, dag: TemplateSurroundings, found: Findings): void {
  const engine = new TemplateEngine()
  const texts: [string, DocumentPath][] = [
    ...task.command.map((text, index): [string, DocumentPath] => [text, ['command', index]]),
    ...task.args.map((text, index): [string, DocumentPath] => [text, ['args', index]]),
    ...Object.entries(task.env).map(([name, text]): [string, DocumentPath] => [text, ['env', name]]),
  ]
  const shellText = shellTextPath(task.command, task.args)
  for (const [text, within] of texts) {
    if (!isTemplate(text)) continue
    const path = [...task.path, ...within]
    try {
      const references = engine.references(text)
      checkReferences(references, task, dag, path, found)
      if (references.length > 0 && shellText && within.join() === shellText.join()) {
        found.warning(
          path,
          'a template inside the text of a shell: quotes or $ in the value change the command',
          'pass the value by env and write "$NAME" in the text',
        )
      }
    } catch (error) {
      if (!(error instanceof TemplateError)) throw error
      found.problem(path, `the template is wrong: ${error.message}`, 'templates are Liquid: {{ params.name }}')
    }
  }
}

function checkReferences(
  references: readonly TemplateReference[],
  task: TemplatedTask,
  dag: TemplateSurroundings,
  path: DocumentPath,
  found: Findings,
): void {
  const seen = new Set<string>()
  for (const [root, name] of references) {
    const id = JSON.stringify([root, name])
    if (seen.has(id)) continue
    seen.add(id)
    if (!TEMPLATE_NAMES.some((known) => known === root)) {
      found.problem(path, `the template names ${JSON.stringify(root)}`, nameHint(String(root), TEMPLATE_NAMES, 'names'))
    } else if (root === 'params' && typeof name === 'string' && !dag.params.includes(name)) {
      found.problem(path, `there is no param ${JSON.stringify(name)}`, nameHint(name, dag.params, 'params'))
    } else if (root === 'xcom' && typeof name === 'string') {
      checkXcom(name, task, dag, path, found)
    } else if (root === 'map_item' && !task.isMapped) {
      found.warning(path, 'map_item is nothing here: the task is not mapped', 'give the task a map')
    }
  }
}

function checkXcom(
  name: string,
  task: TemplatedTask,
  dag: TemplateSurroundings,
  path: DocumentPath,
  found: Findings,
): void {
  if (!dag.taskIds.includes(name)) {
    const hyphenated = dag.taskIds.find((id) => id !== name && (id.startsWith(`${name}-`) || id.startsWith(`${name}.`)))
    const hint = hyphenated ? `write xcom[${JSON.stringify(hyphenated)}]` : nameHint(name, dag.taskIds, 'tasks')
    found.problem(path, `unknown task ${JSON.stringify(name)}`, hint)
  } else if (!dag.upstreamOf(task.taskId).has(name)) {
    found.problem(
      path,
      `the task ${JSON.stringify(name)} is not upstream of ${JSON.stringify(task.taskId)}: its result may not be there yet`,
      `add ${JSON.stringify(name)} to upstream`,
    )
  }
}
