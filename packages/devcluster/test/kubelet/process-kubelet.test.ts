import { existsSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/support/eventually.ts'
import { PodLogUnavailable } from '../../src/kubelet/kubelet.ts'
import { endOf, isOver, ProcessNode } from '../support/process-node.ts'
import { processesWith } from '../support/processes-with.ts'

/** A command line that nothing else on the machine has, to find its process by. */
const uniqueSleep = () => `${1_000_000 + Math.floor(Math.random() * 8_000_000)}`

/** Whether a `sleep` of that length runs anywhere on the machine. */
const isSleeping = (seconds: string) => processesWith(`sleep ${seconds}`).length > 0

describe.each(['auto', 'host'] as const)('isolation %s', (isolation) => {
  let node: ProcessNode

  beforeAll(async () => {
    node = await ProcessNode.start(isolation)
  })

  afterAll(async () => {
    await node.stop()
  })

  it('runs a command and reports its end', async () => {
    const status = await node.until(node.create('ok', 'echo out; echo err >&2'))
    expect(status.phase).toBe('Succeeded')
    expect(endOf(status)).toMatchObject({ exitCode: 0, reason: 'Completed' })
    expect(endOf(status)?.message).toBeUndefined()
  })

  // Kubernetes makes one dollar of two.
  it.each([
    ['exit-3', 'exit 3', 3],
    ['is-killed', `sh -c 'kill -9 $$$$'; exit $?`, 137],
    ['is-terminated', `sh -c 'kill -TERM $$$$'; exit $?`, 143],
    ['is-aborted', `sh -c 'kill -ABRT $$$$'; exit $?`, 134],
  ])('reports the exit code of %s', async (name, script, exitCode) => {
    const status = await node.until(node.create(name, script))
    expect(status.phase).toBe('Failed')
    expect(endOf(status)).toMatchObject({ exitCode, reason: 'Error' })
  })

  it('gives a container the environment of its pod, and nothing of the machine', async () => {
    const output = await node.output(
      'environment',
      '',
      {
        command: ['env'],
        env: [
          { name: 'A', value: `quotes ' " and $HOME and\nlines and ünïcode` },
          { name: 'with.dots-and-dashes', value: '1' },
        ],
      },
      {},
    )
    const lines = output.split('\n')
    expect(
      lines
        .filter((line) => /^[\w.-]+=/.test(line))
        .map((line) => line.split('=')[0])
        .sort(),
    ).toEqual(['A', 'HOME', 'HOSTNAME', 'PATH', 'TMPDIR', 'with.dots-and-dashes'].sort())
    expect(output).toContain(`A=quotes ' " and $HOME and\nlines and ünïcode\n`)
    expect(lines).toContain('HOSTNAME=environment')
    expect(lines).toContain(`PATH=${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`)
    for (const name of ['HOME', 'TMPDIR']) {
      expect(lines.find((line) => line.startsWith(`${name}=`))).toContain(`=${node.folder}/pods/`)
    }
  })

  it('gives arguments as they are, after expansion', async () => {
    const output = await node.output('arguments', '', {
      command: ['printf', '[%s]'],
      args: ['a b', "it's", '"$HOME"', '$(X)', '$$(X)', '--', '*', ''],
      env: [{ name: 'X', value: '$(not) again' }],
    })
    expect(output).toBe('[a b][it\'s]["$HOME"][$(not) again][$(X)][--][*][]')
  })

  it('can write at home and in its folder for temporary files, afresh in each container', async () => {
    const container = {
      name: 'first',
      image: 'a',
      command: ['sh', '-c', 'echo mine >"$HOME/file"; echo t >"$TMPDIR/file"'],
    }
    const output = await node.output(
      'home',
      'ls -A "$HOME" "$TMPDIR" | grep -c file; pwd; echo "$HOME"',
      {},
      { initContainers: [container] },
    )
    const [count, folder, home] = output.trim().split('\n')
    expect(count).toBe('0')
    expect(folder).toBe(home)
  })

  it('reads the termination message from where the pod says', async () => {
    const script = `printf '{"rows": 3}' >"$RESULT"`
    const status = await node.until(
      node.create('message', script, { env: [{ name: 'RESULT', value: '/dev/termination-log' }] }),
    )
    expect(endOf(status)?.message).toBe('{"rows": 3}')
    const elsewhere = await node.until(
      node.create('message-elsewhere', script, {
        env: [{ name: 'RESULT', value: '/results/deep/out.json' }],
        terminationMessagePath: '/results/deep/out.json',
      }),
    )
    expect(endOf(elsewhere)?.message).toBe('{"rows": 3}')
  })

  it('falls back to the log when the pod says so and the command failed', async () => {
    const status = await node.until(
      node.create('fallback', 'echo one; echo two >&2; exit 1', { terminationMessagePolicy: 'FallbackToLogsOnError' }),
    )
    expect(endOf(status)?.message).toBe('one\ntwo\n')
  })

  it('shares volumes between containers', async () => {
    const volumeMounts = [{ name: 'work', mountPath: '/workspace/shared' }]
    const env = [{ name: 'DIR', value: '/workspace/shared' }]
    const output = await node.output(
      'volumes',
      'cat "$DIR/file"',
      { volumeMounts, env },
      {
        volumes: [{ name: 'work', emptyDir: {} }],
        initContainers: [
          { name: 'writer', image: 'a', command: ['sh', '-c', 'echo hello >"$DIR/file"'], volumeMounts, env },
        ],
      },
    )
    expect(output).toBe('hello\n')
  })

  it('shows maps, secrets and the downward API as files and values', async () => {
    node.cluster.putConfigMap('settings', { 'app.conf': 'level=1\n', name: 'blue' })
    node.cluster.putSecret('login', { password: 'pa$$word' })
    const output = await node.output(
      'config',
      'cat "$CONF/app.conf" "$LOGIN"; echo; cat "$INFO/name"; echo; echo "$NAME $PASSWORD $NODE $UID_"; ls -lL "$LOGIN" | cut -c1-10',
      {
        env: [
          { name: 'CONF', value: '/etc/davit-test' },
          { name: 'LOGIN', value: '/etc/davit-test-login/pw' },
          { name: 'INFO', value: '/podinfo' },
          { name: 'NAME', valueFrom: { configMapKeyRef: { name: 'settings', key: 'name' } } },
          { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'login', key: 'password' } } },
          { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
          { name: 'UID_', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
        ],
        volumeMounts: [
          { name: 'settings', mountPath: '/etc/davit-test' },
          { name: 'login', mountPath: '/etc/davit-test-login' },
          { name: 'info', mountPath: '/podinfo' },
        ],
      },
      {
        volumes: [
          { name: 'settings', configMap: { name: 'settings' } },
          { name: 'login', secret: { secretName: 'login', items: [{ key: 'password', path: 'pw', mode: 0o400 }] } },
          { name: 'info', downwardAPI: { items: [{ path: 'name', fieldRef: { fieldPath: 'metadata.name' } }] } },
        ],
      },
    )
    const uid = node.cluster.pod('default', 'config')?.metadata?.uid
    expect(output).toBe(`level=1\npa$$word\nconfig\nblue pa$$word node-1 ${uid}\n-r--------\n`)
    expect(existsSync('/etc/davit-test')).toBe(false)
    expect(existsSync('/podinfo')).toBe(false)
  })

  it('mounts a part of a volume', async () => {
    node.cluster.putConfigMap('parts', { one: '1', two: '2' })
    const output = await node.output(
      'subpath',
      'cat "$ONE"; echo x >"$SUB/file"; ls "$ALL"; ls "$ALL"/$(echo subpath)',
      {
        env: [
          { name: 'ONE', value: '/parts/single' },
          { name: 'SUB', value: '/sub' },
          { name: 'ALL', value: '/all' },
          { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        ],
        volumeMounts: [
          { name: 'parts', mountPath: '/parts/single', subPath: 'one' },
          { name: 'work', mountPath: '/sub', subPathExpr: '$(POD)' },
          { name: 'work', mountPath: '/all' },
        ],
      },
      {
        volumes: [
          { name: 'parts', configMap: { name: 'parts' } },
          { name: 'work', emptyDir: {} },
        ],
      },
    )
    expect(output).toBe('1subpath\nfile\n')
  })

  it('waits for a map or a secret that is not there yet', async () => {
    const pod = node.create('waits', 'echo "$A"', {
      env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'later', key: 'a' } } }],
    })
    const status = await node.until(
      pod,
      ({ containerStatuses }) => containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerConfigError',
    )
    expect(status.phase).toBe('Pending')
    expect(status.containerStatuses?.[0]?.state?.waiting?.message).toBe('configmap "later" not found')
    expect(node.cluster.eventsOf('waits')).toContain('Failed: Error: configmap "later" not found')
    node.cluster.deletePod(pod, 1)
    await eventually(() => node.cluster.pod('default', 'waits') === undefined)
  })

  it('waits for the volumes, and starts when they are there', async () => {
    const pod = node.create(
      'mounts-later',
      'cat "$F"',
      { env: [{ name: 'F', value: '/conf/a' }], volumeMounts: [{ name: 'v', mountPath: '/conf' }] },
      { volumes: [{ name: 'v', configMap: { name: 'soon' } }] },
    )
    await eventually(() =>
      node.cluster
        .eventsOf('mounts-later')
        .includes('FailedMount: MountVolume.SetUp failed for volume "v" : configmap "soon" not found'),
    )
    expect(node.status(pod).containerStatuses?.[0]?.state?.waiting?.reason).toBe('ContainerCreating')
    node.cluster.putConfigMap('soon', { a: 'here' })
    await node.until(pod)
    expect(await node.log(pod)).toBe('here')
  })

  it.each([
    ['nosuch', ['davit-no-such-command'], 'exec: "davit-no-such-command": executable file not found in $PATH'],
    ['nofile', ['/no/such/file'], 'exec: "/no/such/file": stat /no/such/file: no such file or directory'],
    ['noexec', ['/etc/passwd'], 'exec: "/etc/passwd": permission denied'],
    ['folder', ['/etc'], 'exec: "/etc": is a directory'],
  ])('shows a command that cannot be executed as StartError: %s', async (name, command, detail) => {
    const status = await node.until(node.create(name, '', { command }))
    expect(status.phase).toBe('Failed')
    expect(endOf(status)).toMatchObject({
      exitCode: 128,
      reason: 'StartError',
      startedAt: '1970-01-01T00:00:00Z',
      message: `failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: ${detail}: unknown`,
    })
    expect(node.cluster.eventsOf(name).at(-1)).toBe(`Failed: Error: ${endOf(status)?.message}`)
  })

  it('refuses a value that is longer than the system takes', async () => {
    const status = await node.until(node.create('long', 'true', { env: [{ name: 'A', value: 'a'.repeat(200_000) }] }))
    expect(endOf(status)).toMatchObject({ exitCode: 128, reason: 'StartError' })
    expect(endOf(status)?.message).toContain('exec: "sh": argument list too long')
  })

  it('needs a command, and says why', async () => {
    const pod = node.cluster.create({
      metadata: { name: 'bare' },
      spec: { nodeName: 'node-1', containers: [{ name: 'base', image: 'busybox', args: ['x'] }] },
    })
    const status = await node.until(
      pod,
      ({ containerStatuses }) => containerStatuses?.[0]?.state?.waiting?.reason === 'CreateContainerError',
    )
    expect(status.containerStatuses?.[0]?.state?.waiting?.message).toBe(
      'container "base" has no command: the dev cluster runs commands on this machine and pulls no image whose entrypoint it could take; set command',
    )
    node.cluster.deletePod(pod, 0)
  })

  it('runs in the working directory', async () => {
    expect(await node.output('pwd', 'pwd', { workingDir: '/usr/bin' })).toBe('/usr/bin\n')
    const output = await node.output(
      'pwd-volume',
      'pwd -P >/dev/null; echo x >file; cat "$W/sub/file"',
      {
        workingDir: '/somewhere/sub',
        env: [{ name: 'W', value: '/somewhere' }],
        volumeMounts: [{ name: 'w', mountPath: '/somewhere' }],
      },
      {
        volumes: [{ name: 'w', emptyDir: {} }],
        initContainers: [
          {
            name: 'make',
            image: 'a',
            command: ['sh', '-c', 'mkdir -p "$W/sub"'],
            env: [{ name: 'W', value: '/somewhere' }],
            volumeMounts: [{ name: 'w', mountPath: '/somewhere' }],
          },
        ],
      },
    )
    expect(output).toBe('x\n')
  })

  it('follows a log until the container ends', async () => {
    const pod = node.create('follow', 'echo one; sleep 0.3; echo two; printf three')
    await node.until(pod, ({ phase }) => phase === 'Running' || phase === 'Succeeded')
    expect(await node.log(pod, { follow: true })).toBe('one\ntwo\nthree')
    await node.until(pod)
    expect(await node.log(pod, { tailLines: 2 })).toBe('two\nthree')
    expect(await node.log(pod, { timestamps: true, tailLines: 1 })).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{9}Z three$/)
    await expect(node.log(pod, { previous: true })).rejects.toThrow(PodLogUnavailable)
  })

  it('keeps the log of the run before', async () => {
    const pod = node.create(
      'again',
      'echo run "$(cat "$V/n" 2>/dev/null || echo 1)"; echo 2 >"$V/n"; [ -e "$V/m" ] && exec sleep 60; touch "$V/m"; exit 1',
      {
        env: [{ name: 'V', value: '/v' }],
        volumeMounts: [{ name: 'v', mountPath: '/v' }],
      },
      { restartPolicy: 'OnFailure', volumes: [{ name: 'v', emptyDir: {} }] },
    )
    const status = await node.until(
      pod,
      ({ containerStatuses }) =>
        containerStatuses?.[0]?.restartCount === 1 && containerStatuses[0].state?.running !== undefined,
    )
    expect(status.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 1, reason: 'Error' })
    await eventually(async () => (await node.log(pod)) === 'run 2\n')
    expect(await node.log(pod, { previous: true })).toBe('run 1\n')
    node.cluster.deletePod(pod, 0)
  })

  it('has a log without a line of a container whose command cannot be executed', async () => {
    const pod = node.create('nope', 'true', { command: ['/nope'] })
    expect(endOf(await node.until(pod))).toMatchObject({ exitCode: 128, reason: 'StartError' })
    expect(await node.log(pod)).toBe('')
    expect(await node.log(pod, { follow: true })).toBe('')
  })

  it('lets a container end on SIGTERM, and takes the pod away', async () => {
    const pod = node.create('polite', 'trap "echo bye; exit 7" TERM; echo ready; while :; do sleep 0.05; done')
    await eventually(async () => (await node.log(pod)) === 'ready\n')
    node.cluster.deletePod(pod, 30)
    await eventually(() => node.cluster.pod('default', 'polite') === undefined)
    const last = node.status(pod)
    expect(last.phase).toBe('Failed')
    expect(endOf(last)).toMatchObject({ exitCode: 7, reason: 'Error' })
    await eventually(() => !existsSync(`${node.folder}/pods/${pod.metadata?.uid}`))
  })

  it('kills a container that ignores SIGTERM once its grace period is over', async () => {
    const pod = node.create('stubborn', 'trap "" TERM; echo ready; while :; do sleep 0.05; done')
    await eventually(async () => (await node.log(pod)) === 'ready\n')
    const deletedAt = Date.now()
    node.cluster.deletePod(pod, 1)
    await eventually(() => node.cluster.pod('default', 'stubborn') === undefined)
    expect(endOf(node.status(pod))).toMatchObject({ exitCode: 137, reason: 'Error' })
    // No container gets less than two seconds.
    expect(Date.now() - deletedAt).toBeGreaterThanOrEqual(1_900)
  })

  it('fails a pod that is past its deadline', async () => {
    const script = 'trap "exit 4" TERM; while :; do sleep 0.05; done'
    const status = await node.until(node.create('late', script, {}, { activeDeadlineSeconds: 1 }))
    expect(status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' })
    expect(endOf(status)?.exitCode).toBe(4)
  })

  it('ends a main process by a signal from outside', async () => {
    const pod = node.create('shot', 'trap "exit 5" USR1; echo ready; while :; do sleep 0.05; done')
    await eventually(async () => (await node.log(pod)) === 'ready\n')
    node.kubelet.killContainer(pod, 'base', 'SIGUSR1')
    expect(endOf(await node.until(pod))?.exitCode).toBe(5)
    const crashed = node.create('crashed', 'echo ready; exec sleep 60')
    await eventually(async () => (await node.log(crashed)) === 'ready\n')
    node.kubelet.killContainer(crashed, 'base', 'SIGKILL')
    expect(endOf(await node.until(crashed))?.exitCode).toBe(137)
  })

  it('leaves nothing of a container that has ended, daemons included', async () => {
    const [plain, daemon] = [uniqueSleep(), uniqueSleep()]
    const status = await node.until(
      node.create(
        'leaver',
        `sleep ${plain} & (setsid sh -c 'sleep ${daemon} >/dev/null 2>&1 </dev/null &' &); while ! [ -e "$TMPDIR/x" ]; do sleep 0.1; touch "$TMPDIR/x"; done; echo done`,
      ),
    )
    expect(status.phase).toBe('Succeeded')
    expect(isSleeping(plain)).toBe(false)
    expect(isSleeping(daemon)).toBe(false)
  })

  it('runs native sidecars beside the others, and ends them afterwards', async () => {
    const env = [{ name: 'V', value: '/v' }]
    const volumeMounts = [{ name: 'v', mountPath: '/v' }]
    const pod = node.create(
      'sidecar',
      'while ! [ -e "$V/up" ]; do sleep 0.05; done; echo work',
      { env, volumeMounts },
      {
        volumes: [{ name: 'v', emptyDir: {} }],
        initContainers: [
          {
            name: 'proxy',
            image: 'a',
            restartPolicy: 'Always',
            command: ['sh', '-c', 'trap "exit 0" TERM; touch "$V/up"; while :; do sleep 0.05; done'],
            env,
            volumeMounts,
          },
        ],
      },
    )
    const status = await node.until(pod)
    expect(status.phase).toBe('Succeeded')
    expect(status.initContainerStatuses?.[0]?.state?.terminated).toMatchObject({ exitCode: 0, reason: 'Completed' })
  })

  it('passes bytes on that are no text', async () => {
    const pod = node.create('bytes', `printf '\\377\\000\\001'`)
    await node.until(pod)
    const chunks: Uint8Array[] = []
    const options = { container: 'base', follow: false, previous: false, timestamps: false }
    for await (const chunk of node.kubelet.readLog(
      { ...pod, status: node.status(pod) },
      options,
      new AbortController().signal,
    )) {
      chunks.push(chunk)
    }
    expect([...Buffer.concat(chunks)]).toEqual([255, 0, 1])
  })

  it('leaves no process and no pod behind when it stops', async () => {
    const own = await ProcessNode.start(isolation)
    const seconds = uniqueSleep()
    const pod = own.create('runs', `setsid sleep ${seconds} & exec sleep ${seconds}`)
    await eventually(() => isSleeping(seconds))
    await own.kubelet.stop()
    expect(isSleeping(seconds)).toBe(false)
    expect(own.status(pod).phase).toBe('Running')
    expect(readdirSync(own.folder)).toEqual([])
    await own.stop()
  })

  it('carries many pods at a time', async () => {
    const pods = Array.from({ length: 40 }, (_, n) => node.create(`many-${n}`, `echo ${n}; exit ${n % 2}`))
    const ends = await Promise.all(pods.map((pod) => node.until(pod, isOver)))
    expect(ends.map((status) => endOf(status)?.exitCode)).toEqual(pods.map((_, n) => n % 2))
  })
})
