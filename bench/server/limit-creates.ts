import type { Kubernetes } from '../../test/kubernetes/start-kubernetes.ts'
import { waitUntil } from '../../test/kubernetes/wait-until.ts'
import { podsPath, withQuery } from '../../test/support/api-paths.ts'
import { executorRole, grantRole } from '../../test/support/executor-role.ts'
import { executorUser } from '../../test/support/executor-user.ts'
import { RawApi } from '../../test/support/raw-api.ts'

const NAME = 'bench'
const FLOW_CONTROL = '/apis/flowcontrol.apiserver.k8s.io/v1'

/**
 * Puts the executor user's creates of pods into a priority level of their own: the fewest seats that there are, a short
 * queue before them, and 429 for what does not fit in. Resolves to the number of its seats when it holds.
 */
export async function limitCreates(
  { kubeconfig, executorKubeconfig }: Kubernetes,
  { queueLength }: { readonly queueLength: number },
): Promise<number> {
  using admin = new RawApi(kubeconfig)
  using executor = new RawApi(executorKubeconfig)
  await grantRole(admin, 'default', await executorRole(), { kind: 'User', name: executorUser })
  const made = async (plural: string, spec: object) => {
    const answer = await admin.post<{ metadata: { uid: string } }>(`${FLOW_CONTROL}/${plural}`, {
      metadata: { name: NAME },
      spec,
    })
    if (answer.status !== 201) throw new Error(`${plural} were refused: ${answer.text}`)
    return answer.body.metadata.uid
  }
  const level = await made('prioritylevelconfigurations', {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: 1,
      lendablePercent: 0,
      borrowingLimitPercent: 0,
      limitResponse: { type: 'Queue', queuing: { queues: 1, handSize: 1, queueLengthLimit: queueLength } },
    },
  })
  await made('flowschemas', {
    priorityLevelConfiguration: { name: NAME },
    matchingPrecedence: 10,
    rules: [
      {
        subjects: [{ kind: 'User', user: { name: executorUser } }],
        resourceRules: [{ verbs: ['create'], apiGroups: [''], resources: ['pods'], namespaces: ['default'] }],
      },
    ],
  })
  const probe = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'base', image: 'busybox' }] } }
  await waitUntil(
    async () => {
      const answer = await executor.post(withQuery(podsPath('default'), { dryRun: 'All' }), probe)
      return answer.headers['x-kubernetes-pf-prioritylevel-uid'] === level
    },
    { what: 'creates to belong to the priority level', withinMs: 20_000 },
  )
  const seats = new RegExp(`^apiserver_flowcontrol_nominal_limit_seats\\{priority_level="${NAME}"\\} (\\d+)`, 'm')
  const found = seats.exec((await admin.get('/metrics')).text)
  if (!found) throw new Error('the API server does not tell how many seats the priority level has')
  return Number(found[1])
}
