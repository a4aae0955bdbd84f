import type { EventVerbs } from '../../src/kube/kube-client.ts'
import type { PodEvent } from '../../src/kube/types.ts'

/** Events of pods, by the pod's name; counts who asks, and refuses on demand. */
export class FakeEvents implements EventVerbs {
  readonly asked: string[] = []
  readonly byPod = new Map<string, readonly PodEvent[]>()
  /** Thrown instead of an answer. */
  error: Error | null = null
  /** Answers wait for it. */
  gate: Promise<void> = Promise.resolve()

  async listOfPod(_namespace: string, { name }: { readonly name: string }): Promise<readonly PodEvent[]> {
    this.asked.push(name)
    await this.gate
    if (this.error) throw this.error
    return this.byPod.get(name) ?? []
  }
}
