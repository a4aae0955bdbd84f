import { type ExecutorConfig, getBasePodFromTemplate, LaunchPodBuilder, type Pod, systemClock } from '@davit/executor'
import { type Finding, problem } from './finding.ts'

/** Nothing of it is pulled: it stands for the image that a task brings. */
const STAND_IN = 'busybox'

/**
 * The pod of a task that says nothing of its own, as the executor would launch it: the template, with identity.
 * @throws PodTemplateError, and what else is wrong with a template
 */
async function templatePod(config: ExecutorConfig): Promise<Pod> {
  const hasImage = Boolean(getBasePodFromTemplate(null, config).spec?.containers?.[0]?.image)
  const isConfigured = config.workerContainerRepository !== '' && config.workerContainerTag !== ''
  const image = hasImage || isConfigured ? {} : { image: STAND_IN }
  const builder = new LaunchPodBuilder({ config, jobId: config.deployment, clock: systemClock })
  return builder.build(
    {
      key: { dagId: 'davit', taskId: 'doctor', runId: 'doctor', tryNumber: 1, mapIndex: -1 },
      args: ['true'],
      podOverride: { spec: { containers: [{ name: 'base', ...image }] } },
      podTemplateFile: null,
      infrastructureRetries: 0,
    },
    1,
  )
}

/** {@link templatePod}, or what is wrong with the template and the pod without it. */
export async function templateOf(config: ExecutorConfig): Promise<{ pod: Pod; finding: Finding | null }> {
  try {
    return { pod: await templatePod(config), finding: null }
  } catch (error) {
    const trouble = {
      what: `the pod template cannot be used: ${error instanceof Error ? error.message : String(error)}`,
      why: 'every task that names no template of its own fails as config',
      todo: 'mend the file that --pod-template-file names',
    }
    return { pod: await templatePod({ ...config, podTemplateFile: '' }), finding: problem('template', trouble) }
  }
}
