import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Pod } from '@davit/executor'
import { isJsonObject, type KeyStyle, styledKey } from './dag-document.ts'
import { EXECUTOR_CONFIG_FIELDS } from './dag-fields.ts'
import type { JsonValue, TaskSpec } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import { nameOfJson } from './field-checks.ts'
import type { Findings } from './finding.ts'
import { podOverrideProblems, podTemplateProblems } from './pod-checks.ts'
import { readFields } from './read-fields.ts'

/** Checks `executorConfig`, its override and its template; paths in it are relative to `folder`. */
export function checkExecutorConfig(
  value: JsonValue,
  {
    path,
    style,
    kind,
    folder,
    found,
  }: {
    path: DocumentPath
    style: KeyStyle
    kind: TaskSpec['kind']
    folder: string
    found: Findings
  },
): TaskSpec['executorConfig'] {
  const fields = readFields(value, EXECUTOR_CONFIG_FIELDS, { path, style, what: 'executor config', found })
  const overridePath = [...path, styledKey('podOverride', style)]
  const templatePath = [...path, styledKey('podTemplateFile', style)]
  let podOverride: Pod | undefined
  if (fields.podOverride !== undefined) {
    if (isJsonObject(fields.podOverride)) {
      for (const problem of podOverrideProblems(fields.podOverride)) {
        found.problem([...overridePath, ...problem.path], problem.message, problem.hint)
      }
      checkOwnNames(fields.podOverride, kind, overridePath, found)
      podOverride = fields.podOverride as Pod
    } else {
      found.problem(overridePath, `must be a pod, not ${nameOfJson(fields.podOverride)}`, 'write { spec: { … } }')
    }
  }
  let podTemplateFile: string | undefined
  if (fields.podTemplateFile !== undefined) {
    podTemplateFile = resolve(folder, fields.podTemplateFile)
    if (existsSync(podTemplateFile)) {
      found.problems.push(...podTemplateProblems(podTemplateFile))
    } else {
      found.problem(templatePath, `there is no file ${podTemplateFile}`, 'the path is relative to the DAG file')
    }
  }
  return { ...(podOverride && { podOverride }), ...(podTemplateFile !== undefined && { podTemplateFile }) }
}

const CONTAINER_LISTS = ['containers', 'initContainers'] as const

/** What an override cannot have, since the task would not run: our variables, and another command for a function. */
function checkOwnNames(
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
