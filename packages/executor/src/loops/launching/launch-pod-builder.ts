import { type Clock, sleep } from '../../clock.ts'
import type { ExecutorConfig } from '../../config/executor-config.ts'
import { ExecutorError, InputError, NamespaceNotWatchedError, PodMutationHookError } from '../../errors.ts'
import type { Pod } from '../../kube/types.ts'
import type { Failure } from '../../pods/failure.ts'
import { applyPodIdentity, podIdentity } from '../../pods/pod-identity.ts'
import { type ProtocolMarks, withProtocolMarks } from '../../pods/protocol-marks.ts'
import type { LaunchStore } from '../launch-store.ts'
import { wantsOutcomeFinalizer } from '../outcomes/outcome-finalizer.ts'
import { watchedNamespaces } from '../tracking/watched-namespaces.ts'
import type { LaunchWishes, Workload } from '../workload.ts'
import { PodMolds } from './pod-molds.ts'
import { PreparationError } from './preparation-error.ts'

/**
 * Changes the finished pod before it is sent, in place; what it returns is ignored. Its error fails only that task, and
 * the pod's identity is restored afterwards (I12). Airflow: `pod_mutation_hook`.
 */
export type PodMutationHook = (pod: Pod) => void | Promise<void>

interface LaunchPodBuilderOptions {
  readonly config: ExecutorConfig
  readonly jobId: string
  readonly clock: Clock
  readonly podMutationHook?: PodMutationHook | undefined
  /** Nobody waits for a pod any more: a hook that is under way is left to itself. */
  readonly signal?: AbortSignal
  /** That of the engine: without it pods get neither finalizer nor gate, which nobody would take off. */
  readonly store?: Pick<LaunchStore, 'isVolatile'>
}

/** A task, as far as its pod is concerned. */
type LaunchTask = LaunchWishes & Pick<Workload, 'key' | 'args'>

/** A hook that has not answered by then never will. */
const HOOK_DEADLINE_MS = 30_000
const VOLATILE = { isVolatile: true }

/** Builds the pods of launches: template, generated pod, override, patch, identity, hook, and identity again. */
export class LaunchPodBuilder {
  readonly #options: LaunchPodBuilderOptions
  readonly #molds: PodMolds

  constructor(options: LaunchPodBuilderOptions) {
    this.#options = options
    this.#molds = new PodMolds(options.config)
  }

  /**
   * The pod of the launch with this number. What it shares with other pods is frozen.
   *
   * @throws {PreparationError} the task's own fault
   */
  async build(task: LaunchTask, number: number): Promise<Pod> {
    try {
      return await this.#build(task, number)
    } catch (error) {
      throw new PreparationError(buildFailure(error), { cause: error })
    }
  }

  async #build(task: LaunchTask, number: number): Promise<Pod> {
    const { config, jobId, podMutationHook } = this.#options
    const { key, args } = task
    const identity = podIdentity({ deployment: config.deployment, key, number, schedulerJobId: jobId })
    const marks = this.#marksOf(task)
    const pod = this.#molds.moldOf(task, marks).pod(identity, args)
    if (!podMutationHook) return pod
    const mutated = await this.#mutate(pod, podMutationHook)
    return withProtocolMarks(applyPodIdentity(mutated, identity, watchedNamespaces(config)), marks)
  }

  #marksOf(wishes: LaunchWishes): ProtocolMarks {
    const { config, store = VOLATILE } = this.#options
    return {
      outcomeFinalizer: wantsOutcomeFinalizer(wishes, config, store),
      // Whoever builds without a store binds nothing, and would lift none.
      launchGate: config.launchGate && this.#options.store !== undefined,
    }
  }

  async #mutate(original: Pod, hook: PodMutationHook): Promise<Pod> {
    const pod = structuredClone(original)
    const { clock, signal } = this.#options
    const done = new AbortController()
    const overdue = sleep(clock, HOOK_DEADLINE_MS, signal ? AbortSignal.any([done.signal, signal]) : done.signal)
    const late = overdue.then(() => {
      if (signal?.aborted) throw new Error('the executor was stopped meanwhile')
      if (!done.signal.aborted) throw new Error(`it did not end within ${HOOK_DEADLINE_MS / 1000} s`)
    })
    try {
      await Promise.race([hook(pod), late])
    } catch (error) {
      throw new PodMutationHookError(`the pod mutation hook failed: ${textOf(error)}`, { cause: error })
    } finally {
      done.abort()
    }
    return pod
  }
}

/** The pod with these values in the environment of its main container, in the place of values of the same names. */
export function withMainEnv(pod: Pod, env: Readonly<Record<string, string>>): Pod {
  const names = Object.keys(env)
  if (names.length === 0) return pod
  const containers = (pod.spec?.containers ?? []).map((container) => {
    if (container.name !== 'base') return container
    const kept = (container.env ?? []).filter(({ name }) => !names.includes(name))
    return { ...container, env: [...kept, ...names.map((name) => ({ name, value: env[name] ?? '' }))] }
  })
  return { ...pod, spec: { ...pod.spec, containers } }
}

/** A task whose pod cannot be built fails as `config`, with the place that is wrong. */
function buildFailure(error: unknown): Failure {
  const message = textOf(error)
  if (error instanceof InputError) {
    const [first] = error.problems
    return { class: 'config', evidence: `${first?.path ?? first?.file ?? error.code}=${first?.message ?? ''}`, message }
  }
  if (error instanceof NamespaceNotWatchedError) {
    return { class: 'config', evidence: `metadata.namespace=${error.namespace}`, message }
  }
  return { class: 'config', evidence: `error=${error instanceof ExecutorError ? error.code : 'UNEXPECTED'}`, message }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
