import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Pod } from '@davit/executor'
import { checkOwnNames, checkOwnParts } from './check-own-names.ts'
import { isJsonObject, type JsonObject, type KeyStyle, styledKey } from './dag-document.ts'
import { EXECUTOR_CONFIG_FIELDS } from './dag-fields.ts'
import type { JsonValue, TaskSpec } from './dag-spec.ts'
import type { DocumentPath } from './document-path.ts'
import { nameOfJson } from './field-checks.ts'
import type { Findings } from './finding.ts'
import { podOverrideProblems, podPatchProblems, podTemplateProblems } from './pod-checks.ts'
import { readFields } from './read-fields.ts'

/** Checks `executorConfig`, its override, its patch and its template; paths in it are relative to `folder`. */
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
  let podPatch: JsonObject | undefined
  if (fields.podPatch !== undefined) {
    const patchPath = [...path, styledKey('podPatch', style)]
    if (isJsonObject(fields.podPatch)) {
      podPatch = fields.podPatch
      const problems = podPatchProblems(podPatch)
      for (const problem of problems) found.problem([...patchPath, ...problem.path], problem.message, problem.hint)
      checkOwnNames(podPatch, kind, patchPath, found)
      if (problems.length === 0) checkOwnParts(podPatch, kind, patchPath, found)
    } else {
      const hint = 'write { spec: { … } }: a strategic merge patch'
      found.problem(patchPath, `must be a patch of a pod, not ${nameOfJson(fields.podPatch)}`, hint)
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
  return {
    ...(podOverride && { podOverride }),
    ...(podPatch && { podPatch }),
    ...(podTemplateFile !== undefined && { podTemplateFile }),
  }
}
