import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { unboundPod } from '../support/test-pod.ts'

kubectlConformance('watch', {}, (it) => {
  it('follows a pod to its end', async ({ kubectl, backend }) => {
    const spec = { nodeSelector: { ...backend.nodeSelector } }
    await kubectl.create(scriptedPod('a', { runMs: 300, exitCode: 3 }, { spec }))
    const format = '-o=jsonpath={.status.phase}{"\\n"}'
    const seen: string[] = []
    for await (const phase of kubectl.lines(['get', 'pod', 'a', '--watch', format])) {
      // An event that changes no phase repeats it.
      if (phase !== seen.at(-1)) seen.push(phase)
      if (phase === 'Failed') break
    }
    // What was over before it looked it does not tell; everything from there on it does.
    const phases = ['Pending', 'Running', 'Failed']
    expect(seen).toEqual(phases.slice(phases.indexOf(seen[0] ?? '')))
  })

  it('lists first, then prints a row for each change', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a', { labels: { n: '1' } }))
    const rows: string[] = []
    for await (const line of kubectl.lines(['get', 'pods', '-w', '--output-watch-events', '-L', 'n'])) {
      rows.push(line.replace(/\b\d+s\b/, '<age>').replaceAll(/ {2,}/g, ' '))
      if (rows.length === 2) await kubectl.must(['label', 'pod', 'a', 'n=2', '--overwrite'])
      if (rows.length === 3) await kubectl.create(unboundPod('b'))
      if (rows.length === 4) await kubectl.must(['delete', 'pod', 'a'])
      if (line.startsWith('DELETED')) break
    }
    expect(rows).toEqual([
      'EVENT NAME READY STATUS RESTARTS AGE N',
      'ADDED a 0/1 Pending 0 <age> 1',
      'MODIFIED a 0/1 Pending 0 <age> 2',
      'ADDED b 0/1 Pending 0 <age> ',
      // The pod is as it was, but for its deletionTimestamp.
      'MODIFIED a 0/1 Terminating 0 <age> 2',
      'DELETED a 0/1 Terminating 0 <age> 2',
    ])
  })

  it('shows what enters and leaves a selector', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a', { labels: { set: '1' } }))
    await kubectl.create(unboundPod('b'))
    const watching = ['get', 'pods', '-l', 'set', '--watch', '--output-watch-events', '--no-headers', '-L', 'set']
    const seen: string[] = []
    for await (const line of kubectl.lines(watching)) {
      const [type, name, ...rest] = line.trim().split(/ +/)
      seen.push([type, name, rest.at(-1)].join(' '))
      if (seen.length === 1) await kubectl.must(['label', 'pod', 'b', 'set=2'])
      if (seen.length === 2) await kubectl.must(['label', 'pod', 'a', 'set-'])
      if (line.startsWith('DELETED')) break
    }
    expect(seen).toEqual(['ADDED a 1', 'ADDED b 2', 'DELETED a 1'])
  })
})
