import { type Pod, strategicMerge } from '@davit/executor'
import { isJsonObject, type JsonObject } from './dag-document.ts'
import type { JsonValue, TaskSpec } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import type { Findings } from './finding.ts'

/** Airflow's name of the main container. */
const MAIN_CONTAINER = 'base'
const CONTAINER_LISTS = ['containers', 'initContainers'] as const

/** What an override or a patch cannot have, since the task would not run: our variables, and another command for a function. */
export function checkOwnNames(
  pod: { readonly [key: string]: JsonValue },
  kind: TaskSpec['kind'],
  path: DocumentPath,
  found: Findings,
): void {
  if (!isJsonObject(pod.spec)) return
  for (const list of CONTAINER_LISTS) {
    const containers = pod.spec[list]
    if (!Array.isArray(containers)) continue
    containers.forEach((container: JsonValue, index) => {
      if (!isJsonObject(container)) return
      const at = [...path, 'spec', list, index]
      if (Array.isArray(container.env)) {
        container.env.forEach((variable: JsonValue, position) => {
          if (!isJsonObject(variable) || typeof variable.name !== 'string' || !variable.name.startsWith('DAVIT_'))
            return
          found.problem(
            [...at, 'env', position, 'name'],
            `${variable.name} is a name of Davit's own`,
            'use a name that does not begin with DAVIT_',
          )
        })
      }
      if (kind !== 'function' || list !== 'containers' || index !== 0) return
      for (const key of ['command', 'args']) {
        if (container[key] === undefined || container[key] === null) continue
        found.problem(
          [...at, key],
          `the ${key} of a function task is Davit's own`,
          'run a command of your own with dag.container',
        )
      }
    })
  }
}

/** What of a task's pod is ours: the container, what it runs, and what tells it of its task. */
const OWN: Pod = {
  spec: {
    containers: [{ name: MAIN_CONTAINER, image: 'own', command: ['own'], env: [{ name: 'DAVIT_OWN', value: '1' }] }],
  },
}

/** What a patch would take away of a task's pod without naming it: it is tried on a pod that has it. */
export function checkOwnParts(patch: JsonObject, kind: TaskSpec['kind'], path: DocumentPath, found: Findings): void {
  const at = [...path, 'spec', 'containers']
  const main = strategicMerge(OWN, patch).spec?.containers?.find(({ name }) => name === MAIN_CONTAINER)
  if (main === undefined) {
    found.problem(at, `takes away the container ${MAIN_CONTAINER}, which is the task's own`, `keep ${MAIN_CONTAINER}`)
  } else if (!main.env?.some(({ name }) => name === 'DAVIT_OWN')) {
    found.problem(
      at,
      "takes away variables that are Davit's own",
      'delete variables one by one: { name, $patch: delete }',
    )
  } else if (kind === 'function' && (main.command?.[0] !== 'own' || main.args !== undefined)) {
    const hint = 'run a command of your own with dag.container'
    found.problem(at, "changes the command of a function task, which is Davit's own", hint)
  }
}
