import * as fc from 'fast-check'
import type { ClusterAccess } from '../support/kubeconfig-access.ts'
import { RawApi } from '../support/raw-api.ts'
import { codesOf, essenceOfOutcome } from './comparison.ts'
import { createFixtures, freshNamespace, NAMESPACE } from './fuzz-namespace.ts'
import { brokenInvariants } from './invariants.ts'
import type { Kind } from './kinds.ts'
import { knownDifferences, type Pair } from './known-differences.ts'
import { type Outcome, WireClient } from './wire-client.ts'
import { type Conversation, shown } from './wire-request.ts'

/** Asks one server, or two and compares: the first is the dev cluster. */
export class FuzzSession implements Disposable {
  readonly #apis: readonly RawApi[]
  readonly #clients: readonly WireClient[]
  readonly #faults: readonly unknown[]
  #namespace = ''

  /** `faults` is where the dev cluster's own errors arrive. */
  constructor(kubeconfigs: readonly string[], faults: readonly unknown[]) {
    this.#apis = kubeconfigs.map((kubeconfig) => new RawApi(kubeconfig))
    this.#clients = this.#apis.map(({ access }: { readonly access: ClusterAccess }) => new WireClient(access))
    this.#faults = faults
  }

  /** What is wrong first, with the request as small as it can be; undefined when nothing is. */
  async run(
    { arbitrary, isNotCompared, onlyCodes }: Kind,
    { seed, runs }: { readonly seed: number; readonly runs: number },
  ): Promise<string | undefined> {
    await this.renew()
    const property = fc.asyncProperty(arbitrary, async (conversation) => {
      const compared = isNotCompared !== undefined ? 'nothing' : onlyCodes !== undefined ? 'codes' : 'everything'
      const problem = await this.#problemOf(conversation, compared)
      if (problem !== undefined) throw new Error(problem)
    })
    const { failed, counterexample, errorInstance, counterexamplePath } = await fc.check(property, {
      seed,
      numRuns: runs,
    })
    if (!failed) return undefined
    const [conversation] = counterexample ?? []
    const request = conversation === undefined ? '' : shown(conversation)
    const problem = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
    return `seed ${seed}, at ${counterexamplePath}\n${request}\n${problem}`
  }

  /** What both servers say to it. */
  async pair(conversation: Conversation): Promise<Pair> {
    const [devcluster, kubernetes] = (await this.#ask(conversation)).map((outcome) =>
      essenceOfOutcome(outcome, this.#namespace),
    )
    if (!devcluster || !kubernetes) throw new Error('there are not two servers to compare')
    return { conversation, devcluster, kubernetes }
  }

  /** Whether the dev cluster still answers what is right. */
  async isHealthy(): Promise<boolean> {
    const answers = await Promise.all(
      this.#apis.map((api) => api.get(`/api/v1/namespaces/${this.#namespace}/configmaps/c`)),
    )
    return answers.every(({ status }) => status === 200)
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client[Symbol.dispose]()
    for (const api of this.#apis) api[Symbol.dispose]()
  }

  async #problemOf(
    conversation: Conversation,
    compared: 'nothing' | 'codes' | 'everything',
  ): Promise<string | undefined> {
    const faultsBefore = this.#faults.length
    const outcomes = await this.#ask(conversation)
    const [first] = outcomes
    const broken = first ? brokenInvariants(first) : []
    const faults = this.#faults.slice(faultsBefore).map((fault) => (fault instanceof Error ? fault.stack : fault))
    if (broken.length > 0 || faults.length > 0) return [...broken, ...faults].join('\n')
    const [devcluster, kubernetes] = outcomes.map((outcome) => essenceOfOutcome(outcome, this.#namespace))
    if (outcomes.some((outcome) => hasEffect(conversation, outcome))) await this.renew()
    if (compared === 'nothing' || !devcluster || !kubernetes) return undefined
    if (compared === 'codes' && codesOf(devcluster) === codesOf(kubernetes)) return undefined
    if (JSON.stringify(devcluster) === JSON.stringify(kubernetes)) return undefined
    if (knownDifferences.some((difference) => difference.isOne({ conversation, devcluster, kubernetes }))) {
      return undefined
    }
    return `devcluster: ${JSON.stringify(devcluster)}\nkubernetes: ${JSON.stringify(kubernetes)}`
  }

  #ask(conversation: Conversation): Promise<readonly Outcome[]> {
    const named = (bytes: string) => bytes.replaceAll(NAMESPACE, this.#namespace)
    return Promise.all(this.#clients.map((client) => client.converse(conversation, named)))
  }

  /** A namespace of its own, with the fixtures in it. */
  async renew(): Promise<void> {
    this.#namespace = freshNamespace()
    await Promise.all(this.#apis.map((api) => createFixtures(api, this.#namespace)))
  }
}

/** Whether the fixtures may not be as they were. */
function hasEffect({ requests }: Conversation, { answers }: Outcome): boolean {
  return answers.some(({ code }, index) => {
    const { method = '', target = '', body } = requests[index] ?? {}
    if (code >= 300 || !/^(POST|PUT|PATCH|DELETE)$/.test(method)) return false
    // The options in the body of a deletion stand in the place of those in the query.
    return !target.includes('dryRun=All') || (method === 'DELETE' && body !== undefined)
  })
}
