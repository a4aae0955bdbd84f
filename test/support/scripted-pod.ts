import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { type TestPodOptions, testPod } from './test-pod.ts'

/** How a scripted pod runs. */
export interface PodScript {
  readonly runMs?: number
  readonly exitCode?: number
  /** It runs until it is deleted. */
  readonly hold?: boolean
}

/** The annotations that kwok's stages and the dev cluster's scripted runtime read. */
export function scriptAnnotations({ runMs, exitCode, hold = false }: PodScript): Record<string, string> {
  return {
    ...(runMs !== undefined && { 'script.davit/run-ms': String(runMs) }),
    ...(exitCode !== undefined && { 'script.davit/exit-code': String(exitCode) }),
    ...(hold && { 'script.davit/hold': 'true' }),
  }
}

/** A pod that runs as it is told; see {@link testPod}. */
export function scriptedPod(name: string, script: PodScript, options: TestPodOptions = {}): Pod {
  return testPod(name, { ...options, annotations: { ...options.annotations, ...scriptAnnotations(script) } })
}
