import type { Container, Pod } from '../kube/types.ts'
import { type ConstructPodOptions, constructPod } from './construct-pod.ts'
import { withIdentityMarks } from './identity-marks.ts'
import { deepFreeze } from './plain-object.ts'
import { applyPodIdentity, type PodIdentity } from './pod-identity.ts'
import { type ProtocolMarks, withProtocolMarks } from './protocol-marks.ts'

/** What of a pod is known before its task is. */
export interface PodMoldOptions
  extends Omit<
    ConstructPodOptions,
    'dagId' | 'taskId' | 'podId' | 'tryNumber' | 'runId' | 'mapIndex' | 'date' | 'args'
  > {
  /** Without arguments those of the template stay. */
  readonly hasArgs: boolean
  readonly marks: ProtocolMarks
  /** Null: all. */
  readonly watchedNamespaces: readonly string[] | null
}

/** Stands where the task's arguments go, if neither override nor patch have put others there. */
const ARGS_MARK = '\0args'
const NOBODY: PodIdentity = { name: '', launchId: '', labels: {}, annotations: {} }

/**
 * A pod of which all is made but what tells tasks apart: template, override and patch are checked and merged once, and a
 * pod of them costs no more than its identity. What the pods have in common they share, frozen.
 */
export class PodMold {
  readonly #pod: Pod
  readonly #ofTask: number

  /** @throws what `constructPod` and `applyPodIdentity` do */
  constructor({ hasArgs, marks, watchedNamespaces, ...options }: PodMoldOptions) {
    const task = { dagId: '', taskId: '', podId: 'mold', tryNumber: 1, runId: null, args: hasArgs ? [ARGS_MARK] : [] }
    const built = constructPod({ ...options, ...task })
    this.#pod = deepFreeze(withProtocolMarks(applyPodIdentity(built, NOBODY, watchedNamespaces), marks))
    this.#ofTask = this.#containers.findIndex(({ args }) => args?.[0] === ARGS_MARK)
  }

  /** The pod of the task that has this identity. */
  pod(identity: PodIdentity, args: readonly string[]): Pod {
    const { metadata, spec, ...rest } = this.#pod
    const containers = this.#containers.map((container, index) =>
      index === this.#ofTask ? { ...container, args: [...args] } : container,
    )
    return {
      ...rest,
      metadata: { ...withIdentityMarks(metadata, identity), name: identity.name },
      spec: { ...spec, containers },
    }
  }

  get #containers(): readonly Container[] {
    return this.#pod.spec?.containers ?? []
  }
}
