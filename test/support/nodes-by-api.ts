import type { Node, Taint } from 'kubernetes-types/core/v1.d.ts'
import type { RawApi } from './raw-api.ts'

const path = (name: string) => `/api/v1/nodes/${name}`

/** The time now, as the API has times. */
const apiNow = () => `${new Date().toISOString().slice(0, 19)}Z`

/**
 * A Node without a kubelet, which the case plays. Nothing is scheduled on it, for it has no room; its zone is its own, so
 * that nothing is taken for the trouble of a whole zone.
 */
export class HandmadeNode implements AsyncDisposable {
  readonly name: string
  readonly #api: RawApi

  private constructor(api: RawApi, name: string) {
    this.#api = api
    this.name = name
  }

  /** Creates it, ready. Behind the nodes of the backends, whatever lists them. */
  static async create(api: RawApi, suffix: string): Promise<HandmadeNode> {
    const name = `node-${suffix}`
    const labels = { 'topology.kubernetes.io/zone': name }
    const { status, text } = await api.post('/api/v1/nodes', { metadata: { name, labels } })
    if (status !== 201) throw new Error(`node ${name} was refused: ${text}`)
    const node = new HandmadeNode(api, name)
    await node.report('True', 'KubeletReady')
    return node
  }

  /** Reports the condition Ready, as its kubelet. */
  async report(ready: 'True' | 'False', reason: string): Promise<void> {
    const now = apiNow()
    const condition = { type: 'Ready', status: ready, reason, lastHeartbeatTime: now, lastTransitionTime: now }
    const change = { status: { conditions: [condition] } }
    const { status, text } = await this.#api.patch(`${path(this.name)}/status`, 'strategic', change)
    if (status !== 200) throw new Error(`node ${this.name} cannot report: ${text}`)
  }

  /** Replaces its taints, as a person. */
  async taint(taints: readonly Taint[]): Promise<void> {
    const { status, text } = await this.#api.patch(path(this.name), 'merge', { spec: { taints } })
    if (status !== 200) throw new Error(`node ${this.name} cannot be tainted: ${text}`)
  }

  async read(): Promise<Node> {
    return (await this.#api.get<Node>(path(this.name))).body
  }

  async delete(): Promise<void> {
    await this.#api.delete(path(this.name))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.delete()
  }
}
