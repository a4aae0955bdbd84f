import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { findProcesses } from '../support/find-processes.ts'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { RawApi } from '../support/raw-api.ts'
import { testPod } from '../support/test-pod.ts'
import { cgroupName } from './node/cgroups.ts'
import { namesKubelet } from './node/names-kubelet.ts'
import { removeAbandoned } from './remove-abandoned.ts'
import { type Kubernetes, startKubernetes } from './start-kubernetes.ts'

type Cluster = Pick<Kubernetes, 'kubeconfig' | 'kubeconfigPath' | 'hostAddress'>

/** What there is of a cluster on this machine. */
function traces({ kubeconfigPath, hostAddress }: Cluster) {
  const folder = dirname(kubeconfigPath)
  const addresses = Object.values(networkInterfaces()).flatMap((interfaces) => interfaces ?? [])
  return {
    // Each part has the folder in its environment, and the container its mark.
    processes: findProcesses(folder).length,
    containers: findProcesses(containerMark(folder)).length,
    interfaces: addresses.filter(({ address }) => address === hostAddress).length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8')
      .split('\n')
      .filter((line) => line.includes(folder)).length,
    cgroups: globSync(`/sys/fs/cgroup/{,*/}${cgroupName(folder)}`).length,
    folder: existsSync(folder),
  }
}

const nothing = { processes: 0, containers: 0, interfaces: 0, mounts: 0, cgroups: 0, folder: false }

const containerMark = (folder: string) => `container-of-${cgroupName(folder)}`

/** Starts a container that does not end. */
async function runContainer({ kubeconfig, kubeconfigPath }: Cluster): Promise<void> {
  using api = new RawApi(kubeconfig)
  const env = [{ name: 'MARK', value: containerMark(dirname(kubeconfigPath)) }]
  await createPod(api, 'default', testPod('sleeper', { container: { command: ['sleep', '600'], env } }))
  await untilPhase(api, 'default', 'sleeper', 'Running')
}

/** What the kubelet would change for the whole kernel. */
const kernelSettings = () =>
  globSync('/proc/sys/{kernel/panic*,vm/{overcommit_memory,panic_on_oom}}').map((file) => [
    file,
    readFileSync(file, 'utf8'),
  ])

describe.runIf(namesKubelet(process.env))('kubernetes: the machine of the kubelet', () => {
  it('is one of several, and leaves nothing behind when it is stopped', async () => {
    const settings = kernelSettings()
    const clusters = await Promise.all([
      startKubernetes({ nodeKinds: ['kubelet'] }),
      startKubernetes({ nodeKinds: ['kubelet'] }),
    ])
    try {
      expect(new Set(clusters.map(({ hostAddress }) => hostAddress)).size).toBe(2)
      await Promise.all(clusters.map(runContainer))
      for (const cluster of clusters) {
        expect(traces(cluster)).toMatchObject({ containers: 1, interfaces: 1, mounts: 0, folder: true })
      }
      expect(kernelSettings()).toEqual(settings)
      await clusters[0].stop()
      expect(traces(clusters[0])).toEqual(nothing)
      // The other goes on.
      expect(traces(clusters[1])).toMatchObject({ containers: 1, interfaces: 1 })
    } finally {
      for (const cluster of clusters) await cluster.stop()
    }
    expect(clusters.map(traces)).toEqual([nothing, nothing])
  }, 180_000)

  it('dies with the process that started it, and the next start removes what is left', async () => {
    const module = fileURLToPath(new URL('start-kubernetes.ts', import.meta.url))
    const program = `
      const { startKubernetes } = await import(${JSON.stringify(module)})
      const { kubeconfig, kubeconfigPath, hostAddress } = await startKubernetes({ nodeKinds: ['kubelet'] })
      console.log(JSON.stringify({ kubeconfig, kubeconfigPath, hostAddress }))
      process.stdin.resume()`
    const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
    const owner = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [line] = (await once(owner.stdout, 'data')) as [Buffer]
    const cluster: Cluster = JSON.parse(line.toString())
    await runContainer(cluster)
    expect(traces(cluster)).toMatchObject({ containers: 1, interfaces: 1 })
    owner.kill('SIGKILL')
    const livesOn = () => {
      const { processes, containers, interfaces } = traces(cluster)
      return processes + containers + interfaces
    }
    await eventually(() => livesOn() === 0)
    await removeAbandoned()
    expect(traces(cluster)).toEqual(nothing)
  }, 180_000)
})
