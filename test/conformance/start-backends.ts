import type { TestProject } from 'vitest/node'
import { casesLeftOut, kubernetesNodes } from '../kubernetes/node-kinds.ts'
import { startKubernetes } from '../kubernetes/start-kubernetes.ts'
import { pythonClient, pythonEnvironment } from '../python/python-environment.ts'
import { backendsNotNamed, namedBackends } from '../support/backend-names.ts'
import { executorUser } from '../support/executor-user.ts'
import { checkPermissionsOfRun } from '../support/permissions-of-run.ts'
import type { PreparedPython } from '../support/python-client.ts'

/** Before the first file: says what is not run, and starts the real Kubernetes, once for all files, if it is named. */
export default async function startBackends(project: TestProject): Promise<() => Promise<void>> {
  const named = namedBackends(process.env.CONFORMANCE)
  for (const line of backendsNotNamed(process.env.CONFORMANCE)) console.log(line)
  if (!named.includes('kubernetes')) {
    console.log('conformance: kubectl not run: it is built when CONFORMANCE names kubernetes')
    console.log('conformance: the Python client not run: it is installed when CONFORMANCE names kubernetes')
    project.provide('kubernetes', null)
    project.provide('python', null)
    return async () => {}
  }
  project.provide('python', await preparePython())
  const nodeKinds = kubernetesNodes(process.env.KUBERNETES_NODES)
  for (const line of casesLeftOut(nodeKinds)) console.log(`conformance: ${line}`)
  const startedAt = performance.now()
  const cluster = await startKubernetes({ nodeKinds, onProgress: (line) => console.log(`conformance: ${line}`) })
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
  console.log(`conformance: kubernetes is ready after ${seconds} s`)
  const { url, kubeconfig, kubeconfigPath, executorKubeconfig, executorKubeconfigPath, auditLogPath, hostAddress } =
    cluster
  const kubeconfigs = { kubeconfig, kubeconfigPath, executorKubeconfig, executorKubeconfigPath }
  project.provide('kubernetes', { url, ...kubeconfigs, auditLogPath, hostAddress })
  return async () => {
    try {
      await checkPermissionsOfRun(auditLogPath, executorUser, await isWholeSuite(project))
    } catch (error) {
      // What is thrown here would be shown, and the run be green.
      console.error(`conformance: ${error instanceof Error ? error.message : error}`)
      process.exitCode = 1
    }
    await cluster.stop()
  }
}

/** Every file of the suite has run, with every node: not one that somebody picked. */
async function isWholeSuite(project: TestProject): Promise<boolean> {
  const { testFiles } = await project.globTestFiles()
  const ran = project.vitest.state.getTestModules().filter((module) => module.project.name === project.name)
  return ran.length === testFiles.length && casesLeftOut(kubernetesNodes(process.env.KUBERNETES_NODES)).length === 0
}

/** Where it cannot be had the cases of the Python client fail, and no others. */
async function preparePython(): Promise<PreparedPython> {
  try {
    return {
      path: await pythonEnvironment(pythonClient, { onProgress: (line) => console.log(`conformance: ${line}`) }),
    }
  } catch (error) {
    return { missing: error instanceof Error ? error.message : String(error) }
  }
}
