import type { Container, Pod } from 'kubernetes-types/core/v1.d.ts'
import { SCRIPTED_ENDS, type ScriptedEnd } from './scripted-ends.ts'

/** How a pod runs by its `script.davit/…` annotations. */
export interface PodScript {
  /** How long the container that ends runs, in milliseconds; undefined: until it is stopped. */
  readonly runMs: number | undefined
  /** Undefined: the one that goes with the end. */
  readonly exitCode: number | undefined
  readonly terminationMessage: string
  /** Of every container; undefined: a line of the runtime's own. */
  readonly log: string | undefined
  /** Undefined: the pod's first container ends with the exit code. */
  readonly end: NamedEnd | undefined
}

/** A {@link ScriptedEnd} as the annotation has it. */
export type NamedEnd = ScriptedEnd & {
  /** Kubernetes' word for it. */
  readonly word: string
  /** It is the first init container's, as `kubectl get` writes it: `Init:Error`. */
  readonly isInit: boolean
}

/** An annotation that cannot be read. */
export class PodScriptError extends Error {
  override readonly name = 'PodScriptError'
}

const INIT_PREFIX = 'Init:'
const ENDS_OF_CONTAINERS: readonly ScriptedEnd['by'][] = ['exit', 'start', 'image']

/** @throws {PodScriptError} */
export function readScript({ metadata }: Pod): PodScript {
  const annotations = metadata?.annotations ?? {}
  return {
    runMs:
      annotations['script.davit/hold'] === undefined
        ? (readNumber(annotations, 'script.davit/run-ms') ?? 1000)
        : undefined,
    exitCode: readNumber(annotations, 'script.davit/exit-code'),
    terminationMessage: annotations['script.davit/termination-message'] ?? '',
    log: annotations['script.davit/log'],
    end: readEnd(annotations),
  }
}

/** The end of a pod whose annotations can be read; the others are told of once a container is to start. */
export function scriptedEnd(pod: Pod): NamedEnd | undefined {
  try {
    return readScript(pod).end
  } catch (error) {
    if (error instanceof PodScriptError) return undefined
    throw error
  }
}

/** Whether the end is that of this container: the pod's first, or its first init container that is no sidecar. */
export function isEndOf(end: NamedEnd, { spec }: Pod, container: Container): boolean {
  const all = end.isInit
    ? (spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy !== 'Always')
    : (spec?.containers ?? [])
  return all[0]?.name === container.name
}

function readEnd(annotations: Readonly<Record<string, string>>): NamedEnd | undefined {
  const text = annotations['script.davit/end']
  if (text === undefined) return undefined
  const isInit = text.startsWith(INIT_PREFIX)
  const word = isInit ? text.slice(INIT_PREFIX.length) : text
  const end = Object.hasOwn(SCRIPTED_ENDS, word)
    ? SCRIPTED_ENDS[word]?.(annotations['script.davit/message'])
    : undefined
  if (end && (!isInit || ENDS_OF_CONTAINERS.includes(end.by))) return { ...end, word, isInit }
  throw new PodScriptError(
    `annotation script.davit/end: ${JSON.stringify(text)} is none of ${Object.keys(SCRIPTED_ENDS).join(', ')}; ${INIT_PREFIX} may stand before those of containers`,
  )
}

function readNumber(annotations: Readonly<Record<string, string>>, name: string): number | undefined {
  const text = annotations[name]
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new PodScriptError(`annotation ${name}: not a whole number of up to 9 digits: ${JSON.stringify(text)}`)
}
