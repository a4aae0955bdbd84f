import { execFile } from 'node:child_process'
import { delimiter } from 'node:path'
import { promisify } from 'node:util'
import { requiredPermissions } from '@davit/executor'
import { expect } from 'vitest'
import { builtKubectl } from '../kubernetes/kubectl.ts'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { executorRole, grantRole, grantText, rbacPath, roleWithout } from '../support/executor-role.ts'
import { runDavit } from '../support/run-davit.ts'
import { createServiceAccount, serviceAccountKubeconfig } from '../support/service-account.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const dag = `dag_id: allowed
tasks:
  - task_id: container
    image: busybox
    command: ["true"]
`

/** What is lost without a permission, as docs/operations.md has it. */
const lost = (grant: string) => requiredPermissions.find((each) => grantText(each) === grant)?.without

conformance('davit run without a permission', { needs: ['scriptedPods', 'roles'] }, (it) => {
  it('starts nothing, names verb, resource and namespace, and has the command that grants it', async ({
    api,
    backend,
    namespace,
  }) => {
    const account = { namespace, name: 'lacking' }
    await createServiceAccount(api, account)
    const lacking = roleWithout(roleWithout(await executorRole(), 'lacking', 'patch pods'), 'lacking', 'get pods/log')
    await grantRole(api, namespace, lacking, { kind: 'ServiceAccount', ...account })
    const kubeconfig = await serviceAccountKubeconfig(api, account, backend.kubeconfig)
    await using folder = await temporaryFolder()
    const file = await folder.write('allowed.yaml', dag)
    const options = ['--kubeconfig', await folder.write('kubeconfig', kubeconfig), '--namespace', namespace]
    const run = () => runDavit(['run', file, ...options, '--json'], { cwd: folder.path })

    const refused = await run()
    expect(refused.exitCode, refused.stderr).toBe(2)
    const { code, problems = [] } = refused.json.error ?? {}
    const user = `system:serviceaccount:${namespace}:lacking`
    expect([code, ...problems.map(({ message }) => message)]).toEqual([
      'PERMISSION_MISSING',
      `User "${user}" cannot patch pods in the namespace ${namespace}: ${lost('patch pods')}`,
      `User "${user}" cannot get pods/log in the namespace ${namespace}: ${lost('get pods/log')}`,
    ])
    expect((await api.get<{ items: unknown[] }>(podsPath(namespace))).body.items).toEqual([])

    const kubectl = [...(await builtKubectl()), `--kubeconfig=${backend.kubeconfigPath}`].map((part) => `'${part}'`)
    const program = await folder.write('kubectl', `#!/bin/sh\nexec ${kubectl.join(' ')} "$@"\n`)
    for (const { hint = '' } of problems) {
      const command = hint.replace(/^grant it: /, '').replaceAll('kubectl ', `sh '${program}' `)
      await promisify(execFile)('sh', ['-ec', command], {
        timeout: 30_000,
        env: { PATH: ['/usr/bin', '/bin'].join(delimiter), HOME: folder.path },
      })
    }
    const { body } = await api.get<{ items: unknown[] }>(rbacPath(namespace, 'roles'))
    expect(body.items).toHaveLength(4)
    const granted = await run()
    expect(granted.exitCode, granted.stderr).toBe(0)
  })
})
