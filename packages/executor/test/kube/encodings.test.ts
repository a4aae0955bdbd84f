import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createKubeClient } from '../../src/kube/create-kube-client.ts'
import type { KubeClient } from '../../src/kube/kube-client.ts'
import { loadKubeConfig } from '../../src/kube/kube-config.ts'
import type { PodEncoding } from '../../src/kube/pod-answers.ts'
import type { PodView } from '../../src/kube/pod-view.ts'
import type { WatchEvent } from '../../src/kube/types.ts'
import { kubeconfigText } from '../support/kubeconfig-text.ts'
import { bytes, envelope, frame, message } from '../support/protobuf-writer.ts'
import { recordedJson, recordedProtobuf } from '../support/recorded-answer.ts'
import { type Answer, json, startWireServer, type WireServer } from '../support/wire-server.ts'

const TYPE = 'application/vnd.kubernetes.protobuf'
const METADATA = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
const pod = (name: string) => message('Pod', { metadata: { name, resourceVersion: '1' } })
const name = ({ metadata }: PodView) => metadata?.name

let server: WireServer
let kube: KubeClient
let answer: Answer

beforeEach(async () => {
  server = await startWireServer((request, response) => answer(request, response))
  kube = await connect()
})
afterEach(async () => {
  await kube.close()
  await server.stop()
})

async function connect(podEncoding?: PodEncoding): Promise<KubeClient> {
  const config = await loadKubeConfig({ kubeconfig: kubeconfigText({ server: server.url }), env: {} })
  return createKubeClient(config, podEncoding && { podEncoding })
}

function protobuf(response: ServerResponse, code: number, content: Buffer, type = TYPE): void {
  response.writeHead(code, { 'content-type': type }).end(content)
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => new Error(`resolved to ${JSON.stringify(value)}`),
    (error: unknown) => error,
  )
}

async function watched(): Promise<WatchEvent<string | undefined>[]> {
  const events: WatchEvent<string | undefined>[] = []
  for await (const event of kube.pods.watch('ns', { project: name })) events.push(event)
  return events
}

describe('the encoding of pods', () => {
  it('is asked for by verb: protobuf for what is projected, metadata where that will do, JSON for a whole pod', async () => {
    answer = (_, response) => json(response, 200, { metadata: { name: 'p', resourceVersion: '1' }, items: [] })
    const ask = async ({ pods }: KubeClient) => {
      await pods.list('ns', { project: name })
      await pods.create('ns', {}, {})
      await pods.create('ns', {}, { metadataOnly: true })
      await pods.patch('ns', 'p', { type: 'merge', patch: {} }, { metadataOnly: true })
      await pods.delete('ns', 'p', { metadataOnly: true })
      await pods.get('ns', 'p')
      return server.requests.splice(0).map(({ headers }) => headers.accept)
    }
    const both = `${TYPE},application/json`
    const metadata = `${TYPE}${METADATA},application/json${METADATA},application/json`
    expect(await ask(kube)).toEqual([both, both, metadata, metadata, metadata, 'application/json'])
    const asJson = await connect('json')
    const plain = `application/json${METADATA},application/json`
    expect(await ask(asJson)).toEqual(['application/json', 'application/json', plain, plain, plain, 'application/json'])
    await asJson.close()
  })

  it('is read by the answer’s Content-Type, whatever was asked for', async () => {
    answer = (_, response) => protobuf(response, 201, envelope('Pod', pod('p')))
    expect(name(await kube.pods.create('ns', {}))).toBe('p')
    answer = (_, response) => json(response, 201, { metadata: { name: 'q' } })
    expect(name(await kube.pods.create('ns', {}))).toBe('q')
    const list = Buffer.concat([bytes(1, bytes(2, '42')), bytes(2, pod('a')), bytes(2, pod('b'))])
    answer = (_, response) => protobuf(response, 200, envelope('PodList', list))
    expect(await kube.pods.list('ns', { project: name })).toEqual({ items: ['a', 'b'], resourceVersion: '42' })
    const frames = Buffer.concat([
      frame('ADDED', envelope('Pod', pod('a'))),
      frame('DELETED', envelope('Pod', pod('b'))),
    ])
    answer = (_, response) => protobuf(response, 200, frames, `${TYPE};stream=watch`)
    expect(await watched()).toEqual([
      { type: 'ADDED', resourceVersion: '1', object: 'a' },
      { type: 'DELETED', resourceVersion: '1', object: 'b' },
    ])
  })

  it('changes nothing of a refusal', async () => {
    const status = recordedJson('invalid')
    const both: unknown[] = []
    for (const answered of [
      (response: ServerResponse) => protobuf(response, 422, recordedProtobuf('invalid')),
      (response: ServerResponse) => json(response, 422, status),
    ]) {
      answer = (_, response) => answered(response)
      both.push(await failure(kube.pods.create('ns', {})))
    }
    expect(both[0]).toMatchObject({ code: 'KUBE_API', httpStatus: 422, status })
    expect(both[0]).toEqual(both[1])
    const later = envelope('Status', Buffer.concat([bytes(2, 'Failure'), bytes(5, Buffer.from([0x28, 7]))]))
    answer = (_, response) => protobuf(response, 429, later)
    expect(await failure(kube.pods.create('ns', {}))).toMatchObject({ httpStatus: 429, retryAfterMs: 7_000 })
  })

  it.each<[string, Buffer, (kube: KubeClient) => Promise<unknown>, RegExp]>([
    ['half a pod', envelope('Pod', pod('p')).subarray(0, 30), ({ pods }) => pods.create('ns', {}), /in the middle/],
    ['a page of a proxy', Buffer.from('<html>'), ({ pods }) => pods.create('ns', {}), /6 bytes that are no object/],
    [
      'a Status for a pod',
      envelope('Status', bytes(2, 'Success')),
      ({ pods }) => pods.patch('ns', 'p', { type: 'merge', patch: {} }),
      /a Status where a pod should be/,
    ],
    ['a pod for a list', envelope('Pod', pod('p')), ({ pods }) => pods.list('ns', { project: name }), /kind "Pod"/],
    [
      'half a list',
      envelope('PodList', Buffer.concat([bytes(1, bytes(2, '42')), Buffer.from([0x12, 9, 0])])),
      ({ pods }) => pods.list('ns', { project: name }),
      /in the middle/,
    ],
    [
      'a list without a version',
      envelope('PodList', bytes(2, pod('p'))),
      ({ pods }) => pods.list('ns', { project: name }),
      /a list without a version/,
    ],
    ['half a frame', frame('ADDED', envelope('Pod', pod('p'))).subarray(0, 20), watched, /only 20 bytes came/],
    ['protobuf for JSON', envelope('Pod', pod('p')), ({ pods }) => pods.get('ns', 'p'), /was not asked for/],
  ])('is no answer where it is %s', async (_, content, ask, message) => {
    answer = (_request, response) => protobuf(response, 200, content)
    const error = await failure(ask(kube))
    expect(error).toMatchObject({ code: 'KUBE_CONNECTION', kind: 'protocol', mayHaveArrived: true })
    expect((error as Error).message).toMatch(message)
  })

  it('lets what a projection throws pass', async () => {
    const own = new Error('mine')
    const project = () => {
      throw own
    }
    answer = (_, response) => protobuf(response, 200, envelope('PodList', bytes(2, pod('p'))))
    expect(await failure(kube.pods.list('ns', { project }))).toBe(own)
  })

  it('takes a Status in the place of a deleted pod', async () => {
    answer = (_, response) => protobuf(response, 200, envelope('Status', bytes(2, 'Success')))
    expect(await kube.pods.delete('ns', 'p')).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
    })
  })
})
