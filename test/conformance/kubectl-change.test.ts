import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pod } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import type { Kubectl } from '../support/run-kubectl.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { unboundPod } from '../support/test-pod.ts'

kubectlConformance('changes', {}, (it) => {
  it('patches in three ways', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a', { labels: { set: '1' } }))
    const patch = (type: string, text: string, ...args: string[]) =>
      kubectl.must(['patch', 'pod', 'a', '--type', type, '-p', text, ...args])
    expect(await patch('merge', '{"metadata":{"labels":{"m":"1"}}}')).toBe('pod/a patched\n')
    expect(await patch('merge', '{"metadata":{"labels":{"m":"1"}}}')).toBe('pod/a patched (no change)\n')
    expect(await patch('merge', '{"metadata":{"labels":{"m":"2"}}}', '--dry-run=server')).toBe('pod/a patched\n')
    await patch('json', '[{"op":"remove","path":"/metadata/labels/set"}]')
    await patch('strategic', '{"spec":{"containers":[{"name":"base","image":"busybox:2"}]}}')
    await patch('strategic', 'spec: {activeDeadlineSeconds: 600}')
    const pod = await get(kubectl, 'a')
    expect(pod.metadata?.labels).toEqual({ m: '1' })
    expect(pod.spec).toMatchObject({ activeDeadlineSeconds: 600, containers: [{ name: 'base', image: 'busybox:2' }] })
  })

  it('says why a patch is refused', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a'))
    const refused = async (name: string, type: string, text: string) =>
      (await kubectl.run(['patch', 'pod', name, '--type', type, '-p', text])).stderr
    expect(await refused('nope', 'merge', '{}')).toBe('Error from server (NotFound): pods "nope" not found\n')
    expect(await refused('a', 'json', '[{"op":"remove","path":"/metadata/labels/x"}]')).toBe(
      'The request is invalid: the server rejected our request due to an error in our request\n',
    )
    expect(await refused('a', 'merge', '{"metadata":{"labels":{"a b":"1"}}}')).toMatch(
      /^The Pod "a" is invalid: metadata\.labels: Invalid value: "a b": name part must consist of /,
    )
    expect(await refused('a', 'merge', '{"metadata":{"resourceVersion":"1"}}')).toBe(
      'Error from server (Conflict): Operation cannot be fulfilled on pods "a": the object has been modified; ' +
        'please apply your changes to the latest version and try again\n',
    )
  })

  it('patches the status', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a'))
    const patch = ['patch', 'pod', 'a', '--subresource=status', '--type=merge']
    expect(await kubectl.must([...patch, '-p', '{"status":{"message":"m"},"spec":{"priority":1}}'])).toBe(
      'pod/a patched\n',
    )
    expect(await get(kubectl, 'a')).toMatchObject({ spec: { priority: 0 }, status: { message: 'm' } })
    expect(await kubectl.must(['get', 'pod', 'a', '--subresource=status', '-o', 'name'])).toBe('pod/a\n')
  })

  it('labels and annotates', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a', { labels: { set: '1' } }))
    await kubectl.create(unboundPod('b'))
    const label = (...args: string[]) => kubectl.run(['label', ...args])
    expect(await label('pods', '--all', 'l=1')).toMatchObject({ stdout: 'pod/a labeled\npod/b labeled\n' })
    expect(await label('pods', '-l', 'set', 'l=2')).toMatchObject({
      exitCode: 1,
      stderr: "error: 'l' already has a value (1), and --overwrite is false\n",
    })
    expect(await label('pods', '-l', 'set', 'l=2', '--overwrite')).toMatchObject({ stdout: 'pod/a labeled\n' })
    expect(await label('pod', 'a', 'l=2')).toMatchObject({ stdout: 'pod/a not labeled\n' })
    expect(await label('pod', 'a', 'set-')).toMatchObject({ stdout: 'pod/a unlabeled\n' })
    expect(await kubectl.must(['annotate', 'pod', 'a', 'n=3', 'x='])).toBe('pod/a annotated\n')
    expect(await kubectl.must(['annotate', 'pod', 'a', 'x-'])).toBe('pod/a annotated\n')
    expect((await get(kubectl, 'a')).metadata).toMatchObject({ labels: { l: '2' }, annotations: { n: '3' } })
    expect((await get(kubectl, 'a')).metadata?.annotations).not.toHaveProperty('x')
  })

  it('sets an image', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a'))
    expect(await kubectl.must(['set', 'image', 'pod/a', 'base=busybox:9'])).toBe('pod/a image updated\n')
    expect(await kubectl.run(['set', 'image', 'pod/a', 'other=busybox:9'])).toMatchObject({
      exitCode: 1,
      stderr: 'error: unable to find container named "other"\n',
    })
    expect((await get(kubectl, 'a')).spec?.containers[0]?.image).toBe('busybox:9')
  })

  it('replaces', async ({ kubectl }) => {
    const configMap = (value: string) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: value } })
    const replace = (text: string, ...args: string[]) => kubectl.run(['replace', '-f', '-', ...args], text)
    expect(await replace(configMap('1'))).toMatchObject({
      exitCode: 1,
      stderr: 'Error from server (NotFound): error when replacing "STDIN": configmaps "c" not found\n',
    })
    await kubectl.must(['create', '-f', '-'], configMap('1'))
    expect(await replace(configMap('2'))).toMatchObject({ stdout: 'configmap/c replaced\n' })
    expect(await replace(configMap('3'), '--dry-run=server')).toMatchObject({
      stdout: 'configmap/c replaced (server dry run)\n',
    })
    expect(await kubectl.must(['get', 'configmap', 'c', '-o', 'jsonpath={.data.a}'])).toBe('2')

    await kubectl.create(unboundPod('a'))
    const { uid } = (await get(kubectl, 'a')).metadata ?? {}
    const other = JSON.stringify(unboundPod('a', { container: { command: ['true'] } }))
    expect(await replace(other)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringMatching(
        /^The Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`,/,
      ),
    })
    expect(await replace(other, '--force')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^pod "a" deleted from \S+ namespace\npod\/a replaced\n$/),
    })
    expect((await get(kubectl, 'a')).metadata?.uid).not.toBe(uid)
  })

  it('edits', async ({ kubectl }) => {
    await kubectl.create(unboundPod('a', { labels: { set: '1' } }))
    await using folder = await temporaryFolder()
    const saw = join(folder.path, 'saw.yaml')
    /** An editor that keeps what it was shown and then changes it with sed. */
    const edit = async (change: string) => {
      const script = `#!/bin/sh\ncp "$1" ${saw}\nsed -i '${change}' "$1"\n`
      const editor = await folder.write('editor.sh', script, 0o700)
      return kubectl.run(['edit', 'pod', 'a'], '', { KUBE_EDITOR: editor, TMPDIR: folder.path })
    }
    expect(await edit('s/set: "1"/set: "2"/')).toEqual({ exitCode: 0, stdout: 'pod/a edited\n', stderr: '' })
    expect(await readFile(saw, 'utf8')).toMatch(/^# Please edit the object below\.[\s\S]*\n {4}set: "1"\n/)
    expect((await get(kubectl, 'a')).metadata?.labels).toEqual({ set: '2' })
    expect(await edit('')).toEqual({ exitCode: 0, stdout: '', stderr: 'Edit cancelled, no changes made.\n' })
    // What is refused it shows again, with the reason; an editor that then changes nothing gives up.
    const refused = await edit('s/set: "2"/"a b": "2"/')
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining('error: Edit cancelled, no valid changes were saved.\n'),
    ])
    expect(await readFile(saw, 'utf8')).toContain('# * metadata.labels: Invalid value: "a b": name part must consist')
  })
})

async function get(kubectl: Kubectl, name: string): Promise<Pod> {
  return JSON.parse(await kubectl.must(['get', 'pod', name, '-o', 'json']))
}
