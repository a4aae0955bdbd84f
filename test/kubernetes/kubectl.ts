import type { Layout } from './layout.ts'
import { kubernetesProgram, type ProgramOptions } from './program.ts'

/**
 * The argv of the built kubectl, without a cluster: add `--kubeconfig` and a command. Builds it if need be.
 *
 * @throws as {@link kubernetesProgram}
 */
export async function builtKubectl(options: ProgramOptions = {}): Promise<string[]> {
  return [await kubernetesProgram(options), 'kubectl']
}

/** The argv that begins every kubectl command on one cluster of ours; it keeps its cache beside the cluster's data. */
export function kubectlOn(program: string, layout: Layout): string[] {
  return [program, 'kubectl', `--kubeconfig=${layout.kubeconfig}`, `--cache-dir=${layout.kubectlCache}`]
}
