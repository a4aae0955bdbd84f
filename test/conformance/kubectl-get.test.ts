import { expect } from 'vitest'
import { kubectlConformance } from '../support/kubectl-conformance.ts'
import { scriptedPod } from '../support/scripted-pod.ts'
import { unboundPod } from '../support/test-pod.ts'

kubectlConformance('get', {}, (it) => {
  it('prints names, tables, columns and JSON, by selectors', async ({ kubectl, backend }) => {
    const get = (...args: string[]) => kubectl.must(['get', 'pods', ...args])
    for (const [name, set] of [
      ['a', '1'],
      ['b', '2'],
    ] as const) {
      const spec = { nodeSelector: { ...backend.nodeSelector } }
      const pod = scriptedPod(name, { hold: true }, { labels: { set }, spec })
      await kubectl.create(pod)
      await kubectl.must(['wait', `pod/${name}`, '--for=condition=Ready', '--timeout=15s'])
    }
    expect(await get('-o', 'name')).toBe('pod/a\npod/b\n')
    expect(await get('-o', 'name', '-l', 'set=2')).toBe('pod/b\n')
    expect(await get('-o', 'name', '-l', 'set in (1,3), set')).toBe('pod/a\n')
    expect(await get('-o', 'name', '--field-selector=metadata.name!=b')).toBe('pod/a\n')
    expect(await get('-o', 'name', '--field-selector=status.phase=Pending')).toBe('')
    expect(await get('-o', 'jsonpath={.items[*].status.phase}')).toBe('Running Running')
    expect(await get('-o', 'go-template={{range .items}}{{.metadata.name}};{{end}}')).toBe('a;b;')
    expect(
      await get('-o', 'custom-columns=NAME:.metadata.name,SET:.metadata.labels.set', '--sort-by=.metadata.name'),
    ).toBe('NAME   SET\na      1\nb      2\n')
    expect(aged(await get())).toBe(
      'NAME   READY   STATUS    RESTARTS   AGE\n' +
        'a      1/1     Running   0          <age>\n' +
        'b      1/1     Running   0          <age>\n',
    )
    expect(words(await get('--no-headers', '-L', 'set', 'a'))).toEqual([
      ['a', '1/1', 'Running', '0', expect.stringMatching(/^\d+s$/), '1'],
    ])
    expect(words(await get('-o', 'wide', '--show-labels', 'a'))).toEqual([
      ['NAME', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'IP', 'NODE', 'NOMINATED NODE', 'READINESS GATES', 'LABELS'],
      [
        'a',
        '1/1',
        'Running',
        '0',
        expect.stringMatching(/^\d+s$/),
        expect.stringMatching(/^[\d.]+$/),
        expect.stringMatching(/./),
        '<none>',
        '<none>',
        'set=1',
      ],
    ])
    expect(JSON.parse(await get('a', '-o', 'json'))).toMatchObject({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a' },
    })
    expect(await get('a', '-o', 'yaml')).toMatch(/^apiVersion: v1\nkind: Pod\nmetadata:\n/)
    expect(await kubectl.must(['get', 'pods', '-A', '-o', 'name'])).toContain('pod/a\n')
  })

  it('says what is not there', async ({ kubectl, namespace }) => {
    expect(await kubectl.run(['get', 'pods'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: `No resources found in ${namespace} namespace.\n`,
    })
    expect(await kubectl.run(['get', 'pods', 'nope', 'neither'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'Error from server (NotFound): pods "nope" not found\nError from server (NotFound): pods "neither" not found\n',
    })
    expect(await kubectl.run(['get', 'pods', 'nope', '--ignore-not-found'])).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('says what is wrong with a selector', async ({ kubectl }) => {
    expect(await kubectl.run(['get', 'pods', '-l', 'a in (b'])).toMatchObject({
      exitCode: 1,
      stderr:
        'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "a in (b", field selector "": ' +
        "unable to parse requirement: found '', expected: ',' or ')'\n",
    })
    expect(await kubectl.run(['get', 'pods', '--field-selector=foo=bar'])).toMatchObject({
      exitCode: 1,
      stderr:
        'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field selector "foo=bar": ' +
        'field label not supported: foo\n',
    })
  })

  it('prints a table for each kind', async ({ kubectl, namespace }) => {
    await kubectl.must(['create', 'configmap', 'c', '--from-literal=a=1', '--from-literal=b=2'])
    await kubectl.must(['create', 'secret', 'generic', 's', '--from-literal=a=1'])
    const table = async (...args: string[]) => aged(await kubectl.must(['get', ...args]))
    expect(await table('configmap', 'c')).toBe('NAME   DATA   AGE\nc      2      <age>\n')
    expect(await table('secret')).toBe('NAME   TYPE     DATA   AGE\ns      Opaque   1      <age>\n')
    expect(await table('serviceaccount')).toBe('NAME      AGE\ndefault   <age>\n')
    expect(await table('sa,secret')).toBe(
      'NAME                     AGE\nserviceaccount/default   <age>\n\nNAME       TYPE     DATA   AGE\nsecret/s   Opaque   1      <age>\n',
    )
    expect(words(await kubectl.must(['get', 'ns', namespace]))).toEqual([
      ['NAME', 'STATUS', 'AGE'],
      [namespace, 'Active', expect.stringMatching(/^\d+s$/)],
    ])
    const [columns, node] = words(await kubectl.must(['get', 'nodes', '-l', 'kwok=true']))
    expect(columns).toEqual(['NAME', 'STATUS', 'ROLES', 'AGE', 'VERSION'])
    expect(node?.slice(1, 3)).toEqual(['Ready', '<none>'])
    expect(words(await kubectl.must(['get', 'nodes', '-o', 'wide']))[0]?.slice(5)).toEqual([
      'INTERNAL-IP',
      'EXTERNAL-IP',
      'OS-IMAGE',
      'KERNEL-VERSION',
      'CONTAINER-RUNTIME',
    ])
  })

  it('pages through long lists', async ({ kubectl }) => {
    const names = Array.from({ length: 7 }, (_, index) => `p${index}`)
    const pods = names.map((name) => JSON.stringify(unboundPod(name)))
    await kubectl.must(['create', '-f', '-'], pods.join('\n---\n'))
    const listed = await kubectl.must(['get', 'pods', '--chunk-size=3', '-o', 'name'])
    expect(listed.trim().split('\n')).toEqual(names.map((name) => `pod/${name}`))
  })
})

/** The text with its ages, which differ from run to run, replaced. */
function aged(text: string): string {
  return text.replace(/\b\d+s\b/g, '<age>')
}

/** The cells of a table's lines; columns are three blanks apart. */
function words(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd().split(/ {3,}/))
}
