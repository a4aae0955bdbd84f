import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { type TestPodOptions, testPod } from './test-pod.ts'

/** How a scripted pod runs. */
export interface PodScript {
  readonly runMs?: number
  readonly exitCode?: number
  /** It runs until it is deleted. */
  readonly hold?: boolean
  /** How it ends, in Kubernetes' words: `OOMKilled`, `Evicted`, `Init:Error`, … */
  readonly end?: string
  /** What is said of that end, instead of the usual. */
  readonly message?: string
}

/** The annotations that kwok's stages and the dev cluster's scripted runtime read. */
export function scriptAnnotations({ runMs, exitCode, hold = false, end, message }: PodScript): Record<string, string> {
  return {
    ...(runMs !== undefined && { 'script.davit/run-ms': String(runMs) }),
    ...(exitCode !== undefined && { 'script.davit/exit-code': String(exitCode) }),
    ...(hold && { 'script.davit/hold': 'true' }),
    ...(end !== undefined && { 'script.davit/end': end }),
    ...(message !== undefined && { 'script.davit/message': message }),
  }
}

/** A pod that runs as it is told; see {@link testPod}. */
export function scriptedPod(name: string, script: PodScript, options: TestPodOptions = {}): Pod {
  return testPod(name, { ...options, annotations: { ...options.annotations, ...scriptAnnotations(script) } })
}
