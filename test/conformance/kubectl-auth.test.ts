import { expect } from 'vitest'
import { eventually } from '../support/eventually.ts'
import { kubectlConformance } from '../support/kubectl-conformance.ts'

kubectlConformance('rights and limits', {}, (it) => {
  it('asks who it is', async ({ kubectl }) => {
    expect(await kubectl.must(['auth', 'whoami'])).toMatch(/^ATTRIBUTE +VALUE\nUsername +\S+\n/)
    expect(JSON.parse(await kubectl.must(['auth', 'whoami', '-o', 'json']))).toMatchObject({
      kind: 'SelfSubjectReview',
      status: { userInfo: { groups: expect.arrayContaining(['system:authenticated']) } },
    })
  })

  it('asks what it may do', async ({ kubectl }) => {
    const canI = (...args: string[]) => kubectl.run(['auth', 'can-i', ...args])
    expect(await canI('create', 'pods')).toEqual({ exitCode: 0, stdout: 'yes\n', stderr: '' })
    expect(await canI('get', 'pods/log', '-q')).toEqual({ exitCode: 0, stdout: '', stderr: '' })
    expect(await canI('get', '/version')).toEqual({ exitCode: 0, stdout: 'yes\n', stderr: '' })
    expect(await canI('list', 'nodes')).toEqual({
      exitCode: 0,
      stdout: 'yes\n',
      stderr: "Warning: resource 'nodes' is not namespace scoped\n\n",
    })
  })

  it('shows quotas', async ({ kubectl, namespace }) => {
    const quota = ['create', 'quota', 'q', '--hard=pods=0,count/configmaps=9']
    expect(await kubectl.must(quota)).toBe('resourcequota/q created\n')
    await eventually(async () => /^q +count\/configmaps: 1\/9, pods: 0\/0 /m.test(await kubectl.must(['get', 'quota'])))
    expect(await kubectl.must(['describe', 'namespace', namespace])).toMatch(/^ {2}pods +0 +0$/m)
    expect(await kubectl.run(['run', 'p', '--image=busybox:1'])).toEqual({
      exitCode: 1,
      stdout: '',
      stderr:
        'Error from server (Forbidden): pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0\n',
    })
  })
})
