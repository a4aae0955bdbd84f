import { expect } from 'vitest'
import { readAccess } from '../support/kubeconfig-access.ts'
import { kubectlConformance } from '../support/kubectl-conformance.ts'

/** What a cluster needs so that kubectl finds its way. */
kubectlConformance('the server', {}, (it) => {
  it('tells the versions of both sides', async ({ kubectl }) => {
    expect(JSON.parse(await kubectl.must(['version', '-o', 'json']))).toMatchObject({
      clientVersion: { major: '1', minor: '36' },
      serverVersion: { major: '1', minor: '36' },
    })
    expect(await kubectl.must(['version'])).toMatch(
      /^Client Version: v1\.36\.\d+\nKustomize Version: \S+\nServer Version: v1\.36\.\d+\S*\n$/,
    )
  })

  it('lists API versions', async ({ kubectl }) => {
    const versions = (await kubectl.must(['api-versions'])).trim().split('\n')
    expect(versions).toEqual(expect.arrayContaining(['events.k8s.io/v1', 'v1']))
    expect(versions).toEqual(versions.toSorted())
  })

  it('finds resources by discovery', async ({ kubectl }) => {
    const listed = await kubectl.must(['api-resources', '--api-group=', '-o', 'name'])
    expect(listed.trim().split('\n')).toEqual(
      expect.arrayContaining(['pods', 'namespaces', 'nodes', 'events', 'configmaps', 'secrets', 'serviceaccounts']),
    )
    const clusterWide = await kubectl.must(['api-resources', '--namespaced=false', '--api-group=', '-o', 'name'])
    expect(clusterWide.split('\n')).not.toContain('pods')
    expect(await kubectl.must(['api-resources', '--api-group=events.k8s.io', '-o', 'wide'])).toBe(
      'NAME     SHORTNAMES   APIVERSION         NAMESPACED   KIND    VERBS                                                        CATEGORIES\n' +
        'events   ev           events.k8s.io/v1   true         Event   create,delete,deletecollection,get,list,patch,update,watch   \n',
    )
    const named = await kubectl.must(['api-resources', '--api-group=', '--categories=all', '--no-headers'])
    expect(named).toMatch(/^pods +po +v1 +true +Pod$/m)
  })

  it('says what it does not know', async ({ kubectl }) => {
    const refused = async (...args: string[]) => {
      const { exitCode, stderr } = await kubectl.run(args)
      return [exitCode, stderr]
    }
    expect(await refused('get', 'nonsense')).toEqual([1, `error: the server doesn't have a resource type "nonsense"\n`])
    expect(await refused('get', '--raw', '/nope')).toEqual([
      1,
      'Error from server (NotFound): the server could not find the requested resource\n',
    ])
    expect(await refused('--token=wrong', 'get', 'pods')).toEqual([
      1,
      'error: You must be logged in to the server (Unauthorized)\n',
    ])
  })

  it('answers what is asked raw', async ({ kubectl, namespace }) => {
    expect(await kubectl.must(['get', '--raw', '/readyz'])).toBe('ok')
    expect(await kubectl.must(['get', '--raw', '/livez'])).toBe('ok')
    const path = `/api/v1/namespaces/${namespace}`
    expect(JSON.parse(await kubectl.must(['get', '--raw', path]))).toMatchObject({
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: { name: namespace },
    })
    const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data: { a: '1' } }
    const collection = `${path}/configmaps`
    const created = await kubectl.must(['create', '--raw', collection, '-f', '-'], JSON.stringify(configMap))
    expect(JSON.parse(created)).toMatchObject(configMap)
    const replaced = { ...configMap, data: { a: '2' } }
    const answer = await kubectl.must(['replace', '--raw', `${collection}/c`, '-f', '-'], JSON.stringify(replaced))
    expect(JSON.parse(answer)).toMatchObject({ data: { a: '2' } })
    expect(JSON.parse(await kubectl.must(['delete', '--raw', `${collection}/c`]))).toMatchObject({ status: 'Success' })
    expect(await kubectl.run(['get', '--raw', `${collection}/c`])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'Error from server (NotFound): configmaps "c" not found\n',
    })
  })

  it('shows the kubeconfig without its secrets', async ({ kubectl, backend }) => {
    const { url, token } = readAccess(backend.kubeconfig)
    const shown = await kubectl.must(['config', 'view', '--minify', '-o', 'json'])
    expect(JSON.parse(shown)).toMatchObject({
      clusters: [{ cluster: { server: url, 'certificate-authority-data': 'DATA+OMITTED' } }],
      users: [{ user: { token: 'REDACTED' } }],
    })
    expect(shown).not.toContain(token)
    const current = (await kubectl.must(['config', 'current-context'])).trim()
    expect(JSON.parse(shown)['current-context']).toBe(current)
  })

  it('explains fields and their types', async ({ kubectl }) => {
    const fields = async (...path: string[]) => {
      const text = await kubectl.must(['explain', ...path])
      return text
        .slice(text.indexOf('\nFIELDS:\n') + '\nFIELDS:\n'.length)
        .split('\n')
        .filter((line) => line.includes('\t<'))
        .map((line) => line.replace(' -required-', ''))
    }
    expect(await kubectl.must(['explain', 'pod.spec.restartPolicy'])).toMatch(
      /^KIND: {7}Pod\nVERSION: {4}v1\n\nFIELD: restartPolicy <string>\n/,
    )
    expect(await fields('configmap')).toEqual([
      '  apiVersion\t<string>',
      '  binaryData\t<map[string]string>',
      '  data\t<map[string]string>',
      '  immutable\t<boolean>',
      '  kind\t<string>',
      '  metadata\t<ObjectMeta>',
    ])
    expect(await fields('pod.spec.containers.resources', '--recursive')).toEqual([
      '  claims\t<[]ResourceClaim>',
      '    name\t<string>',
      '    request\t<string>',
      '  limits\t<map[string]Quantity>',
      '  requests\t<map[string]Quantity>',
    ])
    expect(await fields('pod.spec.containers.livenessProbe.httpGet')).toContain('  port\t<IntOrString>')
    expect(await fields('events.metadata.managedFields', '--api-version=events.k8s.io/v1')).toContain(
      '  fieldsV1\t<FieldsV1>',
    )
    expect(await kubectl.run(['explain', 'pod.nope'])).toMatchObject({
      exitCode: 1,
      stderr: 'error: field "nope" does not exist\n',
    })
  })
})

kubectlConformance('its services', { needs: ['otherResources'] }, (it) => {
  it('says where the control plane runs', async ({ kubectl, backend }) => {
    const { url } = readAccess(backend.kubeconfig)
    expect(await kubectl.must(['cluster-info'])).toBe(
      `Kubernetes control plane is running at ${url}\n\n` +
        "To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n",
    )
  })
})
