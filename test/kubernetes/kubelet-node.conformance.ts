import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { findProcesses } from '../support/find-processes.ts'
import { createPod, untilPhase } from '../support/pods-by-api.ts'
import { RawApi } from '../support/raw-api.ts'
import { testPod } from '../support/test-pod.ts'
import { cgroupName } from './node/cgroups.ts'
import { namesKubelet } from './node/names-kubelet.ts'
import { removeAbandoned } from './remove-abandoned.ts'
import { type Kubernetes, startKubernetes } from './start-kubernetes.ts'

type Cluster = Pick<Kubernetes, 'kubeconfig' | 'kubeconfigPath' | 'hostAddress' | 'processes'>

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

/** The kernel takes network interfaces away a moment after the last process that had them. */
async function untilNothing(cluster: Cluster): Promise<void> {
  await expect.poll(() => traces(cluster)).toEqual(nothing)
}

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

/** Suspends the kubelet, and with it the `nsenter` that waits for it. */
async function suspendKubelet({ processes }: Cluster): Promise<void> {
  const { kubelet } = processes
  if (kubelet === undefined) throw new Error('the cluster has no kubelet')
  const [, parent = ''] = statOf(kubelet.pid)
  process.kill(kubelet.pid, 'SIGSTOP')
  await expect.poll(() => statOf(parent)[0]).toBe('T')
}

/** Its state, the pid of its parent, and more. */
const statOf = (pid: number | string) =>
  readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')

async function startInAnotherProcess(): Promise<{ cluster: Cluster; owner: ChildProcess }> {
  const module = fileURLToPath(new URL('start-kubernetes.ts', import.meta.url))
  const program = `
    const { startKubernetes } = await import(${JSON.stringify(module)})
    const { kubeconfig, kubeconfigPath, hostAddress, processes } = await startKubernetes({ nodeKinds: ['kubelet'] })
    console.log(JSON.stringify({ kubeconfig, kubeconfigPath, hostAddress, processes }))
    process.stdin.resume()`
  const options = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program]
  const owner = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] })
  const [line] = (await once(owner.stdout, 'data')) as [Buffer]
  return { cluster: JSON.parse(line.toString()), owner }
}

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
      await untilNothing(clusters[0])
      // The other goes on, and can be stopped when a test has left its kubelet in the middle of something.
      expect(traces(clusters[1])).toMatchObject({ containers: 1, interfaces: 1 })
      await suspendKubelet(clusters[1])
    } finally {
      for (const cluster of clusters) await cluster.stop()
    }
    await untilNothing(clusters[1])
  }, 180_000)

  it('dies with the process that started it, and the next start removes what is left', async () => {
    const { cluster, owner } = await startInAnotherProcess()
    await runContainer(cluster)
    expect(traces(cluster)).toMatchObject({ containers: 1, interfaces: 1 })
    owner.kill('SIGKILL')
    const gone = { processes: 0, containers: 0, interfaces: 0 }
    await expect.poll(() => traces(cluster), { timeout: 10_000 }).toMatchObject(gone)
    await removeAbandoned()
    await untilNothing(cluster)
  }, 180_000)

  it('dies also while its kubelet is suspended', async () => {
    const { cluster, owner } = await startInAnotherProcess()
    await runContainer(cluster)
    await suspendKubelet(cluster)
    owner.kill('SIGKILL')
    // What only waits for it is suspended too, and remains.
    await expect.poll(() => traces(cluster), { timeout: 10_000 }).toMatchObject({ containers: 0 })
    await removeAbandoned()
    await untilNothing(cluster)
  }, 180_000)
})
