import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../../../test/support/eventually.ts'
import { hostTree } from '../../../src/kubelet/process/host-tree.ts'
import { detectIsolation } from '../../../src/kubelet/process/isolation.ts'
import { mountPlan } from '../../../src/kubelet/process/mount-plan.ts'
import { startNamespacedProcess } from '../../../src/kubelet/process/namespaced-process.ts'
import { listProcesses } from '../../../src/kubelet/process/process-list.ts'
import { endOf, ProcessNode } from '../../support/process-node.ts'
import { processesWith } from '../../support/processes-with.ts'

const folder = await realpath(await mkdtemp(join(tmpdir(), 'davit-isolation-test-')))
const detected = await detectIsolation(folder, process.platform, process.getuid?.() ?? 0)
// A machine without namespaces has nothing to test here but that it says so.
if (detected.mode === 'host') console.log(`namespaces not tested: ${detected.reason}`)

afterAll(async () => {
  await rm(folder, { recursive: true })
})

describe('detectIsolation', () => {
  it('gives a reason where there are no namespaces', async () => {
    expect(await detectIsolation(folder, 'darwin', 501)).toEqual({
      mode: 'host',
      reason: 'darwin has no mount namespaces',
    })
  })

  it('leaves its folder as it was', () => {
    expect(existsSync(join(folder, 'try-out'))).toBe(false)
  })
})

it('is said on the Node, soon after its start', async () => {
  for (const isolation of ['auto', 'host'] as const) {
    const node = await ProcessNode.start(isolation)
    const label = () => node.cluster.node('node-1')?.metadata?.labels?.['davit.dev/pod-isolation']
    await eventually(() => label() !== undefined)
    expect(label()).toBe(isolation === 'host' ? 'host' : detected.mode)
    await node.stop()
  }
})

describe.runIf(detected.mode === 'namespaces')('in namespaces', () => {
  let node: ProcessNode

  beforeAll(async () => {
    node = await ProcessNode.start()
    expect(await node.kubelet.isolation()).toMatchObject({ mode: 'namespaces' })
  })

  afterAll(async () => {
    await node.stop()
  })

  it('mounts at paths that commands name, whatever they are', async () => {
    node.cluster.putConfigMap('scripts', { 'run.sh': '#!/bin/sh\necho "$0 runs"\n' })
    const output = await node.output(
      'paths',
      '/scripts/run.sh; echo a >/data/out/f; cat "/data/out/f"; echo b >"/with space/f"; ls /with\\ space; echo t >/tmp/f; ls /tmp/f; ls -d /etc/hosts "$HOME"; echo m >/dev/termination-log',
      {
        volumeMounts: [
          { name: 'scripts', mountPath: '/scripts' },
          { name: 'data', mountPath: '/data/out' },
          { name: 'odd', mountPath: '/with space' },
          { name: 'tmp', mountPath: '/tmp' },
          { name: 'data', mountPath: '/etc/davit-deep/er/' },
        ],
      },
      {
        volumes: [
          { name: 'scripts', configMap: { name: 'scripts', defaultMode: 0o755 } },
          { name: 'data', emptyDir: {} },
          { name: 'odd', emptyDir: {} },
          { name: 'tmp', emptyDir: {} },
        ],
      },
    )
    const home = output.trim().split('\n').at(-1) ?? ''
    expect(output).toBe(`/scripts/run.sh runs\na\nf\n/tmp/f\n/etc/hosts\n${home}\n`)
    expect(home.startsWith(`${node.folder}/pods/`)).toBe(true)
    expect(endOf(node.status(node.cluster.pod('default', 'paths') ?? {}))?.message).toBe('m\n')
    for (const path of ['/scripts', '/data', '/with space', '/tmp/f', '/etc/davit-deep', '/dev/termination-log']) {
      expect(existsSync(path), path).toBe(false)
    }
  })

  it('makes volumes of maps read-only, and others as the pod says', async () => {
    node.cluster.putConfigMap('fixed', { a: '1' })
    const output = await node.output(
      'readonly',
      'for d in /fixed /mine /locked; do if touch $d/x 2>/dev/null; then echo $d; fi; done',
      {
        volumeMounts: [
          { name: 'fixed', mountPath: '/fixed' },
          { name: 'mine', mountPath: '/mine' },
          { name: 'mine', mountPath: '/locked', readOnly: true },
        ],
      },
      {
        volumes: [
          { name: 'fixed', configMap: { name: 'fixed' } },
          { name: 'mine', emptyDir: {} },
        ],
      },
    )
    expect(output).toBe('/mine\n')
  })

  it('shows a container its own processes alone, and the usual devices', async () => {
    const output = await node.output(
      'view',
      'ls /proc | grep -c "^[0-9]*$"; echo x >/dev/null && head -c 3 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c; ls -d /dev/fd/0 /dev/stdin /dev/shm; test -e /dev/sda || test -e /dev/vda || echo none',
    )
    const [count, ...rest] = output.trim().split('\n')
    expect(Number(count)).toBeLessThan(10)
    expect(rest).toEqual(['3', '2', '/dev/fd/0', '/dev/shm', '/dev/stdin', 'none'])
  })

  it('creates a working directory that is missing, in the container alone', async () => {
    expect(await node.output('cwd', 'pwd; touch here; ls', { workingDir: '/davit-test/no/such' })).toBe(
      '/davit-test/no/such\nhere\n',
    )
    expect(existsSync('/davit-test')).toBe(false)
  })

  it('says when the working directory cannot be', async () => {
    const status = await node.until(node.create('cwd-file', 'pwd', { workingDir: '/etc/passwd' }))
    expect(endOf(status)).toMatchObject({ exitCode: 128, reason: 'StartError' })
    expect(endOf(status)?.message).toContain('mkdir /etc/passwd: not a directory')
  })

  it('mounts a path of the machine, and creates none', async () => {
    const own = await mkdtemp(join(folder, 'host-'))
    writeFileSync(join(own, 'in'), 'from the machine\n')
    const hostPath = { volumeMounts: [{ name: 'h', mountPath: '/mnt/davit-host' }] }
    expect(
      await node.output('hostpath', 'cat /mnt/davit-host/in; echo back >/mnt/davit-host/out', hostPath, {
        volumes: [{ name: 'h', hostPath: { path: own } }],
      }),
    ).toBe('from the machine\n')
    expect(readFileSync(join(own, 'out'), 'utf8')).toBe('back\n')
    const missing = join(own, 'missing')
    const pod = node.create('hostpath-missing', 'true', hostPath, {
      volumes: [{ name: 'h', hostPath: { path: missing, type: 'DirectoryOrCreate' } }],
    })
    await eventually(() => node.cluster.eventsOf('hostpath-missing').length > 0)
    expect(node.cluster.eventsOf('hostpath-missing')[0]).toBe(
      `FailedMount: MountVolume.SetUp failed for volume "h" : hostPath type check failed: ${missing} does not exist, and the dev cluster creates nothing on the machine`,
    )
    expect(existsSync(missing)).toBe(false)
    node.cluster.deletePod(pod, 0)
  })

  it('keeps the programs of Node reachable below a volume', async () => {
    const output = await node.output(
      'hidden-node',
      'node -p 1+1',
      { volumeMounts: [{ name: 'v', mountPath: join('/', process.execPath.split('/')[1] ?? '') }] },
      { volumes: [{ name: 'v', emptyDir: {} }] },
    )
    expect(output).toBe('2\n')
  })

  it('reaps the orphans of a container', async () => {
    const output = await node.output(
      'orphans',
      'for n in 1 2 3 4 5; do (sh -c "sleep 0.01 &" &); done; sleep 0.3; cat /proc/[0-9]*/stat | grep -c ") Z "',
    )
    expect(output).toBe('0\n')
  })

  it('sees the end of a command that was stopped', async () => {
    const pod = node.create('stopped', 'kill -STOP $$$$; sleep 60')
    await node.until(pod, ({ phase }) => phase === 'Running')
    node.cluster.deletePod(pod, 0)
    await eventually(() => !existsSync(join(node.folder, 'pods', pod.metadata?.uid ?? '')))
  })

  it('lets SIGTERM not end a command that has still to begin: as process 1 it would not hear it', async () => {
    if (detected.mode === 'host') throw new Error(detected.reason)
    const own = await mkdtemp(join(folder, 'begin-'))
    const nsenter = join(own, 'slow-nsenter')
    writeFileSync(nsenter, `#!/bin/sh\nsleep 0.3\nexec ${detected.tools.nsenter} "$@"\n`, { mode: 0o755 })
    const started = await startNamespacedProcess({
      tools: { ...detected.tools, nsenter },
      plan: mountPlan({ targets: [], keepVisible: [], folder: own, host: hostTree }),
      folder: own,
      marker: {},
      command: ['sh', '-c', 'exit 7'],
      environment: new Map([['PATH', process.env.PATH ?? '']]),
      workingDirectory: '/',
      onOutput: () => {},
    })
    started.signal('SIGTERM')
    expect(await started.ended).toEqual({ code: 7, signal: null })
  })

  it('leaves no process of its own when containers have ended', async () => {
    await node.output('quick', 'true')
    await eventually(() => {
      const children = listProcesses().filter(({ parent }) => parent === process.pid)
      const names = children.map(({ pid }) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim())
      return !names.includes('unshare') && !names.includes('nsenter')
    })
  })
})

describe('among the processes of the machine', () => {
  let node: ProcessNode

  beforeAll(async () => {
    node = await ProcessNode.start('host')
  })

  afterAll(async () => {
    await node.stop()
  })

  const waiting = async (name: string, script: string, container: object, spec: object) => {
    const pod = node.create(name, script, container, spec)
    const status = await node.until(pod, ({ containerStatuses }) =>
      Boolean(containerStatuses?.[0]?.state?.waiting?.message),
    )
    node.cluster.deletePod(pod, 0)
    return status.containerStatuses?.[0]?.state?.waiting
  }

  it('refuses paths that stand in a command, with the reason', async () => {
    const volumes = [{ name: 'v', emptyDir: {} }]
    const volumeMounts = [{ name: 'v', mountPath: '/data' }]
    expect(await waiting('literal', 'cat /data/x', { volumeMounts }, { volumes })).toEqual({
      reason: 'CreateContainerError',
      message:
        'container "base" names /data, where a volume is mounted, inside a text: without mount namespaces (they were not wanted) the dev cluster can put it in place only where an environment value or a $(VAR) begins with it; pass the path by env',
    })
    const env = [{ name: 'ARGS', value: '--in=/data/x' }]
    expect((await waiting('in-value', 'true', { volumeMounts, env }, { volumes }))?.reason).toBe('CreateContainerError')
    expect((await waiting('message', 'echo x >/dev/termination-log', {}, {}))?.message).toContain(
      'names /dev/termination-log, where the termination message is read',
    )
    expect(existsSync('/data')).toBe(false)
  })

  it('rewrites $(VAR) in commands', async () => {
    const output = await node.output(
      'variables',
      'cat $(FILE)',
      {
        env: [
          { name: 'DIR', value: '/conf' },
          { name: 'FILE', value: '$(DIR)/a' },
        ],
        volumeMounts: [{ name: 'c', mountPath: '/conf' }],
      },
      { volumes: [{ name: 'c', downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } }] },
    )
    expect(output).toBe('variables')
  })

  it('creates no working directory', async () => {
    expect(await waiting('cwd', 'pwd', { workingDir: '/davit-test/no/such' }, {})).toEqual({
      reason: 'CreateContainerError',
      message: 'workingDir /davit-test/no/such does not exist, and the dev cluster creates nothing on the machine',
    })
  })

  it('takes no message from something else in place of the file', async () => {
    const script = 'rm "$MESSAGE"; mkfifo "$MESSAGE"'
    const env = [{ name: 'MESSAGE', value: '/dev/termination-log' }]
    const status = await node.until(node.create('fifo', script, { env }))
    expect(endOf(status)).toMatchObject({ exitCode: 0, reason: 'Completed' })
    expect(endOf(status)?.message).toBeUndefined()
  })

  it('finds the daemons of a pod that sets HOME and TMPDIR itself', async () => {
    const seconds = String(1_000_000 + Math.floor(Math.random() * 8_000_000))
    const env = ['HOME', 'TMPDIR'].map((name) => ({ name, value: '/' }))
    await node.output('own-home', `(setsid sleep ${seconds} >/dev/null 2>&1 &); sleep 0.1`, { env })
    expect(processesWith(seconds)).toEqual([])
  })
})
