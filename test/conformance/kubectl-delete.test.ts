import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { unboundPod } from '../support/test-pod.ts'

kubectlConformance('wait', {}, (it) => {
  it('waits for a condition, for a value, and for the end', async ({ kubectl, backend }) => {
    const spec = { nodeSelector: { ...backend.nodeSelector }, terminationGracePeriodSeconds: 1 }
    await kubectl.create(scriptedPod('a', { hold: true }, { spec, labels: { set: '1' } }))
    await kubectl.create(scriptedPod('b', { runMs: 50, exitCode: 3 }, { spec }))
    const wait = (...args: string[]) => kubectl.must(['wait', '--timeout=15s', ...args])
    expect(await wait('pods', '-l', 'set=1', '--for=condition=Ready')).toBe('pod/a condition met\n')
    expect(await wait('pod/a', '--for=condition=Initialized')).toBe('pod/a condition met\n')
    expect(await wait('pod/b', '--for=jsonpath={.status.phase}=Failed')).toBe('pod/b condition met\n')
    expect(await wait('pod/b', '--for=condition=Ready=False')).toBe('pod/b condition met\n')
    expect(await kubectl.must(['delete', 'pod', 'a', '--wait=false'])).toMatch(/^pod "a" deleted/)
    // Nothing is printed when it has gone before kubectl looks.
    await wait('pod/a', '--for=delete')
    expect(await kubectl.must(['get', 'pods', '-o', 'name'])).toBe('pod/b\n')
  })

  it('waits for what is yet to be created', async ({ kubectl }) => {
    const waited = kubectl.must(['wait', 'pod/a', '--for=create', '--timeout=15s'])
    await kubectl.create(unboundPod('a'))
    expect(await waited).toBe('pod/a condition met\n')
  })

  it('gives up', async ({ kubectl }) => {
    expect(await kubectl.run(['wait', 'pod/nope', '--for=condition=Ready'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): pods "nope" not found\n',
    })
    await kubectl.create(unboundPod('a'))
    expect(await kubectl.run(['wait', 'pod/a', '--for=condition=Ready', '--timeout=1s'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'error: timed out waiting for the condition on pods/a\n',
    })
  })
})

kubectlConformance('delete', {}, (it) => {
  it('deletes by name, by selector, by file, and all', async ({ kubectl, namespace }) => {
    for (const name of ['a', 'b', 'c', 'd']) await kubectl.create(unboundPod(name, { labels: { set: name } }))
    const from = `from ${namespace} namespace`
    expect(await kubectl.must(['delete', 'pod', 'a'])).toBe(`pod "a" deleted ${from}\n`)
    expect(await kubectl.must(['delete', 'pods', '-l', 'set=b'])).toBe(`pod "b" deleted ${from}\n`)
    expect(await kubectl.must(['delete', '-f', '-'], JSON.stringify(unboundPod('c')))).toBe(`pod "c" deleted ${from}\n`)
    expect(await kubectl.must(['delete', 'pods', '--all', '--dry-run=server'])).toBe(
      `pod "d" deleted ${from} (server dry run)\n`,
    )
    expect(await kubectl.must(['delete', 'pods', '--all', '-o', 'name'])).toBe('pod/d\n')
    expect(await kubectl.must(['get', 'pods', '-o', 'name'])).toBe('')
    expect(await kubectl.run(['delete', 'pod', 'a'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): pods "a" not found\n',
    })
    expect(await kubectl.must(['delete', 'pod', 'a', '--ignore-not-found'])).toBe('')
  })

  it('waits until a running pod has gone, or forces it', async ({ kubectl, namespace, backend }) => {
    const spec = { nodeSelector: { ...backend.nodeSelector }, terminationGracePeriodSeconds: 1 }
    for (const name of ['a', 'b']) {
      await kubectl.create(scriptedPod(name, { hold: true }, { spec }))
      await kubectl.must(['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=15s'])
    }
    await kubectl.must(['delete', 'pod', 'a'])
    expect(await kubectl.must(['get', 'pods', '-o', 'name'])).toBe('pod/b\n')
    expect(await kubectl.run(['delete', 'pod', 'b', '--grace-period=0', '--force'])).toEqual({
      exitCode: 0,
      stdout: `pod "b" force deleted from ${namespace} namespace\n`,
      stderr:
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. ' +
        'The resource may continue to run on the cluster indefinitely.\n',
    })
    expect(await kubectl.must(['get', 'pods', '-o', 'name'])).toBe('')
  })

  it('shows what a finalizer holds', async ({ kubectl, namespace }) => {
    // No pod: what is unscheduled and terminating a controller fails sooner or later.
    await kubectl.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', finalizers: ['davit.test/hold'] },
    })
    const deleted = `configmap "c" deleted from ${namespace} namespace\n`
    expect(await kubectl.must(['delete', 'configmap', 'c', '--wait=false'])).toBe(deleted)
    expect(await kubectl.must(['delete', 'configmap', 'c', '--wait=false'])).toBe(deleted)
    const held = ['get', 'configmap', 'c', '-o', 'jsonpath={.metadata.deletionTimestamp}']
    expect(await kubectl.must(held)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    await kubectl.must(['patch', 'configmap', 'c', '--type=merge', '-p', '{"metadata":{"finalizers":null}}'])
    expect(await kubectl.must(['get', 'configmap', 'c', '--ignore-not-found'])).toBe('')
  })
})
