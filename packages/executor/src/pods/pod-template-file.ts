import { readFileSync, statSync } from 'node:fs'
import type { ExecutorConfig } from '../config/executor-config.ts'
import { PodTemplateError } from '../errors.ts'
import type { Pod } from '../kube/types.ts'
import { clonePlain, deepFreeze } from './plain-object.ts'
import type { PodModelOptions } from './pod-model.ts'
import { parsePodTemplate } from './pod-template.ts'

/**
 * Reads a file with a pod template. Airflow: `PodGenerator.deserialize_model_file`, where a missing file is an empty pod.
 *
 * @throws {PodTemplateError} `POD_TEMPLATE_INVALID`: it cannot be read, or see {@link parsePodTemplate}.
 */
export function deserializeModelFile(path: string, options: PodModelOptions = {}): Pod {
  return parsePodTemplate(readTemplate(path), path, options)
}

/** What of the configuration decides which template is read, and how. */
export type TemplateConfig = Pick<ExecutorConfig, 'podTemplateFile' | 'strictPodFields'>

/**
 * The pod that a task's pod starts from: the template of the task, else the configured one, else a pod without anything.
 * Airflow: `get_base_pod_from_template`.
 *
 * @throws {PodTemplateError} `POD_TEMPLATE_INVALID`, naming the file.
 */
export function getBasePodFromTemplate(podTemplateFile: string | null | undefined, config: TemplateConfig): Pod {
  return clonePlain(new PodTemplates(config).basePod(podTemplateFile))
}

const NO_TEMPLATE: Pod = deepFreeze({ apiVersion: 'v1', kind: 'Pod', metadata: {}, spec: { containers: [] } })

/** Reads each template once, and again when its file has changed: a launch then costs a look at the file's time. */
export class PodTemplates {
  readonly #config: TemplateConfig
  readonly #read = new Map<string, { readonly version: string; readonly pod: Pod }>()

  constructor(config: TemplateConfig) {
    this.#config = config
  }

  /** As {@link getBasePodFromTemplate}; the very same pod, frozen, for as long as its file stays the same. */
  basePod(podTemplateFile?: string | null): Pod {
    const file = podTemplateFile || this.#config.podTemplateFile
    if (file === '') return NO_TEMPLATE
    const version = fileVersion(file)
    const known = this.#read.get(file)
    if (known?.version === version) return known.pod
    const pod = deepFreeze(deserializeModelFile(file, { strict: this.#config.strictPodFields }))
    this.#read.set(file, { version, pod })
    return pod
  }
}

function fileVersion(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file)
    return `${mtimeMs} ${size} ${ino}`
  } catch (error) {
    throw unreadable(file, error)
  }
}

function readTemplate(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw unreadable(file, error)
  }
}

function unreadable(file: string, error: unknown): PodTemplateError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'does not exist',
    EISDIR: 'is a folder',
    EACCES: 'may not be read',
  }
  const message = reasons[code] ?? `cannot be read: ${error instanceof Error ? error.message : String(error)}`
  return new PodTemplateError([{ file, path: null, message: `the pod template ${message}` }], { cause: error })
}
