import type { ExecutorConfig } from '../../config/executor-config.ts'
import type { Pod } from '../../kube/types.ts'
import { PodMold } from '../../pods/pod-mold.ts'
import { PodTemplates } from '../../pods/pod-template-file.ts'
import type { ProtocolMarks } from '../../pods/protocol-marks.ts'
import { watchedNamespaces } from '../tracking/watched-namespaces.ts'
import type { LaunchWishes, Workload } from '../workload.ts'

/** Tasks whose overrides all differ gain nothing from a mold, and are not to fill the memory either. */
const KEPT = 200

/** The molds of pods that were built of late, by all that tasks may say of their pods. */
export class PodMolds {
  readonly #config: ExecutorConfig
  readonly #templates: PodTemplates
  readonly #image: string | null
  /** The one that was made first is the first. */
  readonly #molds = new Map<string, { readonly template: Pod; readonly mold: PodMold }>()

  constructor(config: ExecutorConfig) {
    const { workerContainerRepository: repository, workerContainerTag: tag } = config
    this.#config = config
    this.#templates = new PodTemplates(config)
    this.#image = repository && tag ? `${repository}:${tag}` : null
  }

  /** @throws what is wrong with template, override or patch */
  moldOf(task: LaunchWishes & Pick<Workload, 'args'>, marks: ProtocolMarks): PodMold {
    const { podOverride, podTemplateFile, podPatch = null, image, args } = task
    const hasArgs = args.length > 0
    const template = this.#templates.basePod(podTemplateFile)
    const said = JSON.stringify([podTemplateFile, podOverride, podPatch, image, hasArgs, marks.outcomeFinalizer])
    const known = this.#molds.get(said)
    if (known?.template === template) return known.mold
    const mold = new PodMold({
      kubeImage: image ?? this.#image,
      podOverrideObject: podOverride,
      baseWorkerPod: template,
      podPatch,
      namespace: this.#config.namespace,
      schedulerJobId: '',
      duplicates: this.#config.podMerge,
      strictPodFields: this.#config.strictPodFields,
      hasArgs,
      marks,
      watchedNamespaces: watchedNamespaces(this.#config),
    })
    this.#molds.set(said, { template, mold })
    for (const oldest of this.#molds.keys()) {
      if (this.#molds.size <= KEPT) break
      this.#molds.delete(oldest)
    }
    return mold
  }
}
