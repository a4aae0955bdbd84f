// Records what a real API server answers about pods, in protobuf (base64) and in JSON, for the tests of the executor's decoder:
//   node scripts/with-node.mjs scripts/record-pod-answers.ts
// then `npm run format`. It starts the Kubernetes of test/kubernetes. To be run again when a field is read that was not.
import { writeFileSync } from 'node:fs'
import { Agent, request } from 'node:https'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startKubernetes } from '../test/kubernetes/start-kubernetes.ts'
import { inNamespace, podsPath, withQuery } from '../test/support/api-paths.ts'
import { readAccess } from '../test/support/kubeconfig-access.ts'
import { podShapes } from '../test/support/pod-shapes.ts'
import { scriptedPod } from '../test/support/scripted-pod.ts'
import { testEvent } from '../test/support/test-event.ts'
import { unboundPod } from '../test/support/test-pod.ts'

const target = join(import.meta.dirname, '../packages/executor/test/kube/protobuf/testdata')
const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const METADATA = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1'
/** Long enough for what a case makes to happen. */
const WATCH_SECONDS = 8

await using cluster = await startKubernetes({ nodeKinds: ['kwok'] })
const { url, token, ca, cert, key } = readAccess(cluster.kubeconfig)
const agent = new Agent({ keepAlive: true, ca, cert, key })

function ask(method: string, path: string, accept: string, body?: object, contentType = JSON_TYPE): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const headers = {
    accept,
    ...(token && { authorization: `Bearer ${token}` }),
    ...(body && { 'content-type': contentType }),
  }
  const outgoing = request(new URL(path, url), { method, agent, headers }, (response) => {
    response.toArray().then((chunks) => resolve(Buffer.concat(chunks)), reject)
  })
  outgoing.once('error', reject)
  outgoing.end(body && JSON.stringify(body))
  return promise
}

async function record(name: string, answer: (accept: string) => Promise<Buffer>, { as = '' } = {}): Promise<void> {
  const [protobuf, json] = [await answer(`${PROTOBUF}${as},${JSON_TYPE}`), await answer(`${JSON_TYPE}${as}`)]
  write(name, protobuf, json)
}

function write(name: string, protobuf: Buffer, json: Buffer, extension = 'json'): void {
  const lines = protobuf.toString('base64').match(/.{1,120}/g) ?? []
  writeFileSync(join(target, `${name}.protobuf.base64`), `${lines.join('\n')}\n`)
  writeFileSync(join(target, `${name}.${extension}`), `${json.toString('utf8').trim()}\n`)
}

/** The same stream in both encodings, while something is done. */
async function recordWatch(name: string, path: string, query: object, deed: () => Promise<void>): Promise<void> {
  const watch = (accept: string) =>
    ask('GET', withQuery(path, { ...query, watch: true, timeoutSeconds: WATCH_SECONDS }), accept)
  const streams = [watch(`${PROTOBUF},${JSON_TYPE}`), watch(JSON_TYPE)]
  await deed()
  const [protobuf, json] = (await Promise.all(streams)) as [Buffer, Buffer]
  write(name, protobuf, json, 'jsonl')
}

const pods = podsPath('default')
const create = (pod: object) => ask('POST', pods, JSON_TYPE, pod)

for (const [name, { pod = {}, status }] of Object.entries(podShapes)) {
  // Long texts prove nothing more here.
  const { annotations: { long: _, ...annotations } = {}, ...options } = pod
  await create(unboundPod(name, { ...options, annotations }))
  const patch = 'application/merge-patch+json'
  if (status) await ask('PATCH', podsPath('default', name, 'status'), JSON_TYPE, { status }, patch)
}
const limit = Object.keys(podShapes).length - 1
await record('pod-list', (accept) => ask('GET', withQuery(pods, { limit }), accept))
const dryRun = withQuery(pods, { dryRun: 'All' })
await record('invalid', (accept) =>
  ask('POST', dryRun, accept, { metadata: { name: 'Bad_Name' }, spec: { containers: [{ name: 'x y' }] } }),
)
await record('metadata', (accept) => ask('GET', podsPath('default', 'marked'), accept), { as: METADATA })
for (const name of Object.keys(podShapes)) {
  await ask(
    'PATCH',
    podsPath('default', name),
    JSON_TYPE,
    { metadata: { finalizers: null } },
    'application/merge-patch+json',
  )
  await ask('DELETE', podsPath('default', name), JSON_TYPE)
}

await create(unboundPod('there'))
await recordWatch(
  'watch',
  pods,
  { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true },
  async () => {
    await sleep(1_000)
    await create(scriptedPod('runs', { runMs: 500, exitCode: 3, message: 'größer als 💾' }))
    await sleep(4_000)
    await ask('DELETE', podsPath('default', 'runs'), JSON_TYPE)
  },
)

const events = inNamespace('default', 'events')
const first = JSON.parse((await ask('POST', events, JSON_TYPE, testEvent('default', 'a'))).toString())
for (const name of ['b', 'c']) await ask('POST', events, JSON_TYPE, testEvent('default', name))
await cluster.compactHistory()
await recordWatch('watch-error', events, { resourceVersion: first.metadata.resourceVersion }, async () => {})
agent.destroy()
