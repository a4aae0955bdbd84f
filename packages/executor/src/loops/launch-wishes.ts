import type { LaunchWishes } from './workload.ts'

let latest: LaunchWishes | null = null

/** The wishes of a workload by themselves. Tasks come in rows that wish the same, which is held once for all of them. */
export function launchWishes(workload: LaunchWishes): LaunchWishes {
  if (latest === null || !isSame(latest, workload)) latest = copyOf(workload)
  return latest
}

function isSame(a: LaunchWishes, b: LaunchWishes): boolean {
  return (
    a.podOverride === b.podOverride &&
    a.podTemplateFile === b.podTemplateFile &&
    a.podPatch === b.podPatch &&
    a.image === b.image &&
    a.infrastructureRetries === b.infrastructureRetries &&
    a.outcomeFinalizer === b.outcomeFinalizer
  )
}

function copyOf(wishes: LaunchWishes): LaunchWishes {
  const { podOverride, podTemplateFile, podPatch, image, infrastructureRetries, outcomeFinalizer } = wishes
  return {
    podOverride,
    podTemplateFile,
    infrastructureRetries,
    ...(podPatch !== undefined && { podPatch }),
    ...(image !== undefined && { image }),
    ...(outcomeFinalizer !== undefined && { outcomeFinalizer }),
  }
}
