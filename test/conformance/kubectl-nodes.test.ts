import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { scriptedPod } from '../support/scripted-pod.ts'

/** Rehearsed only: other cases run on the same nodes. */
kubectlConformance('nodes', {}, (it) => {
  it('cordons, taints and drains one', async ({ kubectl, backend, namespace }) => {
    const [node = ''] = (await kubectl.must(['get', 'nodes', '-l', 'kwok=true', '-o', 'name'])).split('\n')
    const name = node.replace('node/', '')
    const rehearse = (...args: string[]) => kubectl.run([...args, '--dry-run=server'])
    expect(await rehearse('cordon', name)).toEqual({
      exitCode: 0,
      stdout: `${node} cordoned (server dry run)\n`,
      stderr: '',
    })
    expect(await rehearse('uncordon', name)).toMatchObject({ stdout: `${node} already uncordoned (server dry run)\n` })
    expect(await rehearse('taint', 'node', name, 'a=1:NoSchedule')).toMatchObject({ stdout: `${node} tainted\n` })
    expect(await rehearse('label', 'node', name, 'a=1')).toMatchObject({ stdout: `${node} labeled (server dry run)\n` })
    expect(await kubectl.must(['get', node, '-o', 'jsonpath={.spec.taints}{.spec.unschedulable}'])).toBe('')

    const spec = { nodeSelector: { ...backend.nodeSelector } }
    await kubectl.create(scriptedPod('a', { hold: true }, { spec, labels: { of: namespace } }))
    await kubectl.must(['wait', 'pod/a', '--for=condition=Ready', '--timeout=15s'])
    const drain = ['drain', name, `--pod-selector=of=${namespace}`]
    expect(await rehearse(...drain)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        `cannot delete Pods that declare no controller (use --force to override): ${namespace}/a`,
      ),
    })
    expect(await rehearse(...drain, '--force')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^evicting pod \S+\/a \(server dry run\)$/m),
    })
    expect(await kubectl.must(['get', 'pods', '-o', 'name'])).toBe('pod/a\n')
  })

  it('describes one', async ({ kubectl }) => {
    const text = await kubectl.must(['describe', 'nodes', '-l', 'kwok=true'])
    for (const line of [
      /^(?:Labels:)? +kubernetes\.io\/hostname=\S+$/m,
      /^Taints: +<none>$/m,
      /^Unschedulable: +false$/m,
      /^ {2}Ready +True +.* KubeletReady +kubelet is posting ready status$/m,
      /^ {2}MemoryPressure +False +.* KubeletHasSufficientMemory +kubelet has sufficient memory available$/m,
      /^ {2}InternalIP: {2}127\.0\.0\.1$/m,
      /^ {2}cpu: +1k$/m,
      /^ {2}pods: +100k$/m,
      /^Allocated resources:$/m,
    ]) {
      expect(text).toMatch(line)
    }
  })
})
