import type { Document, LineCounter, ScalarTag, Tags } from 'yaml'
import { PodTemplateError } from '../errors.ts'
import type { Pod } from '../kube/types.ts'
import { loadYaml } from '../load-yaml.ts'
import type { Problem } from '../problem.ts'
import { type PodFieldProblem, type PodPath, podPathText } from './check-pod.ts'
import { type PodModelOptions, readPodModel } from './pod-model.ts'

/**
 * Reads a pod template: one YAML 1.1 document, as kubectl and Airflow read it (`0644` is 420, `yes` and `on` are true,
 * `<<` merges, a plain `y` stays text, a date stays text).
 *
 * @param file what problems call it
 * @throws {PodTemplateError} `POD_TEMPLATE_INVALID`: empty, no YAML, of another kind, without containers, unknown fields;
 *   all at once, with lines.
 */
export function parsePodTemplate(text: string, file: string, options: PodModelOptions = {}): Pod {
  const { LineCounter } = loadYaml()
  const lines = new LineCounter()
  const [document, ...others] = parsed(text, lines, options)
  const syntax = [document, ...others].flatMap((one) => one?.errors ?? [])
  if (syntax.length > 0) {
    throw new PodTemplateError(
      syntax.map(({ message, pos }) => ({
        file,
        line: lines.linePos(pos[0]).line,
        path: null,
        message: `is no valid YAML: ${firstLine(message)}`,
      })),
    )
  }
  if (document === undefined || document.contents === null)
    throw templateError(file, 'is empty', 'write a pod: kind: Pod')
  if (others.length > 0) throw templateError(file, 'has several YAML documents; a pod template is one')
  const object = plain(document, file)
  if (object === null) throw templateError(file, 'is empty', 'write a pod: kind: Pod')
  const { pod, problems } = readPodModel(object, options)
  const found = problems ?? templateProblems(pod)
  if (pod !== undefined && found.length === 0) return pod
  throw new PodTemplateError(
    found.map(({ place, ...said }): Problem => {
      const line = lineOf(document, place, lines)
      return { file, ...(line === undefined ? {} : { line }), path: podPathText(place) || null, ...said }
    }),
  )
}

/** What a template needs beyond what every pod does. */
function templateProblems(pod: Pod): readonly PodFieldProblem[] {
  const hint = 'the first one is the task’s own: name it base'
  if (pod.spec === undefined || pod.spec === null) return [{ place: [], message: 'has no spec with containers', hint }]
  return pod.spec.containers.length === 0 ? [{ place: ['spec', 'containers'], message: 'is empty', hint }] : []
}

function parsed(text: string, lines: LineCounter, { strict = true }: PodModelOptions): readonly Document[] {
  const documents = loadYaml().parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: strict,
    customTags: pyYamlTags,
  })
  return Array.isArray(documents) ? documents : []
}

/** The library takes `y` and `n` for booleans and dates for Dates; PyYAML and kubectl's reader do not. */
function pyYamlTags(tags: Tags): Tags {
  const kept = tags.filter(
    (tag) => typeof tag === 'string' || !['tag:yaml.org,2002:timestamp', 'tag:yaml.org,2002:bool'].includes(tag.tag),
  )
  const bool = (value: boolean, test: RegExp): ScalarTag => ({
    tag: 'tag:yaml.org,2002:bool',
    default: true,
    test,
    resolve: () => value,
    identify: (other) => other === value,
  })
  return [
    bool(true, /^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/),
    bool(false, /^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/),
    ...kept,
  ]
}

function plain(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // An alias bomb, or an alias without its anchor.
    throw new PodTemplateError(
      [
        {
          file,
          path: null,
          message: `cannot be resolved: ${firstLine(error instanceof Error ? error.message : String(error))}`,
        },
      ],
      { cause: error },
    )
  }
}

/** The line of the deepest step of a path that the text has: what a merge key brought in stands elsewhere. */
function lineOf(document: Document, place: PodPath, lines: LineCounter): number | undefined {
  const { isAlias, isMap, isScalar, isSeq } = loadYaml()
  let node: unknown = document.contents
  let offset: number | undefined = isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined
  for (const step of place) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) break
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset
      node = pair.value
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step]
      if (isMap(node) || isScalar(node) || isAlias(node)) offset = node.range?.[0] ?? offset
    } else {
      break
    }
  }
  return offset === undefined ? undefined : lines.linePos(offset).line
}

function templateError(file: string, message: string, hint?: string): PodTemplateError {
  return new PodTemplateError([{ file, path: null, message, ...(hint === undefined ? {} : { hint }) }])
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/:$/, '')
}
