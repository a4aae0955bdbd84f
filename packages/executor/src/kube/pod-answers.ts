import { isStatus } from './answer-status.ts'
import type { JsonRequests } from './json-requests.ts'
import type { PodAnswerOptions, RequestOptions } from './kube-client.ts'
import type { PodView } from './pod-view.ts'
import { decodePod, decodePodList } from './protobuf/decode-answer.ts'
import { PROTOBUF_TYPE } from './protobuf/envelope.ts'
import type { ListMeta } from './protobuf/read-list-meta.ts'
import type { KubeRequest } from './transport.ts'
import type { Pod, Status } from './types.ts'

/** How the server is asked to write pods. It may answer in JSON all the same, as the dev cluster does. */
export type PodEncoding = 'protobuf' | 'json'

const JSON_TYPE = 'application/json'
const METADATA = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** JSON is named everywhere: it is what a server without protobuf, or without partial objects, has. */
const ACCEPT: Readonly<Record<PodEncoding, { readonly pod: string; readonly metadata: string }>> = {
  protobuf: {
    pod: `${PROTOBUF_TYPE},${JSON_TYPE}`,
    metadata: `${PROTOBUF_TYPE}${METADATA},${JSON_TYPE}${METADATA},${JSON_TYPE}`,
  },
  json: { pod: JSON_TYPE, metadata: `${JSON_TYPE}${METADATA},${JSON_TYPE}` },
}

/** Asks for pods in an encoding, and reads what comes by its own. */
export class PodAnswers {
  /** What requests for whole pods accept. */
  readonly accept: string
  readonly #acceptMetadata: string
  readonly #json: JsonRequests

  constructor(json: JsonRequests, encoding: PodEncoding) {
    this.#json = json
    this.accept = ACCEPT[encoding].pod
    this.#acceptMetadata = ACCEPT[encoding].metadata
  }

  /** One pod. */
  async pod(options: RequestOptions & PodAnswerOptions, request: KubeRequest): Promise<PodView> {
    const answer = await this.podOrStatus(options, request)
    if (isStatus(answer)) throw this.#json.malformed(request, 'a Status where a pod should be')
    return answer
  }

  /** One pod, or what the server says instead. */
  async podOrStatus(options: RequestOptions & PodAnswerOptions, request: KubeRequest): Promise<PodView | Status> {
    const asked = { ...request, accept: options.metadataOnly ? this.#acceptMetadata : this.accept }
    const { content } = await this.#json.answer(options, asked)
    if (typeof content === 'string') return this.#json.parse<Pod | Status>(content, asked)
    try {
      return decodePod(content)
    } catch (error) {
      throw this.#json.unreadable(error, asked)
    }
  }

  /** One page of a list, projected. */
  async list<T>(
    options: RequestOptions,
    request: KubeRequest,
    project: (pod: PodView) => T,
  ): Promise<{ readonly metadata?: ListMeta; readonly items: readonly T[] }> {
    const asked = { ...request, accept: this.accept }
    const { content } = await this.#json.answer(options, asked)
    if (typeof content === 'string') {
      const { metadata, items } = this.#json.parse<{ metadata?: ListMeta; items?: Pod[] | null }>(content, asked)
      return { ...(metadata && { metadata }), items: (items ?? []).map(project) }
    }
    try {
      return await decodePodList(content, project)
    } catch (error) {
      throw this.#json.unreadable(error, asked)
    }
  }
}
