import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { eventually } from '../../../test/support/eventually.ts'
import { RawApi } from '../../../test/support/raw-api.ts'
import { rawStream } from '../../../test/support/raw-stream.ts'
import { createTestClock, seededRandom, startDevCluster } from '../src/index.ts'

const PODS = '/api/v1/namespaces/default/pods'
const EVENTS = '/api/v1/namespaces/default/events'
/** All that a cluster has, but for the certificate of its authority in each namespace. */
const LISTS = [PODS, EVENTS, '/api/v1/nodes', '/api/v1/namespaces', '/api/v1/serviceaccounts']
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io'

const pod = (annotations: Record<string, string>, metadata: object = { generateName: 'job-' }) => ({
  metadata: { ...metadata, annotations },
  spec: { restartPolicy: 'OnFailure', containers: [{ name: 'a', image: 'busybox' }] },
})

/** The life of a small cluster, and all that is to be seen of it, byte by byte. */
async function story({ seed = 1, asksOften = false } = {}) {
  const clock = createTestClock()
  await using cluster = await startDevCluster({ runtime: 'scripted', clock, random: seededRandom(seed) })
  using api = new RawApi(cluster.kubeconfig)
  const watches = await Promise.all(
    [PODS, EVENTS].map((path) => watchText(api, `${path}?watch=true&resourceVersion=1`)),
  )
  const write = async (method: string, path: string, body?: unknown) => {
    if (asksOften) await api.get(PODS)
    expect((await api.request(method, path, { body })).status).toBeLessThan(300)
  }
  await write('POST', PODS, pod({ 'script.davit/run-ms': '2000' }))
  await write('POST', PODS, pod({ 'script.davit/exit-code': '3' }))
  await write('POST', PODS, pod({ 'script.davit/hold': '' }, { name: 'held' }))
  await clock.advance(45_000)
  await write('DELETE', `${PODS}/held`)
  await write('POST', '/api/v1/namespaces', { metadata: { name: 'other' } })
  await clock.advance(45_000)

  const answers = await Promise.all(LISTS.map((path) => api.get<{ items: Item[] }>(path)))
  const newest = answers.slice(0, 2).map(({ body }) => newestVersion(body.items))
  await eventually(() => watches.every((text, at) => text().includes(`"resourceVersion":"${newest[at]}"`)))
  return {
    lists: answers.map(({ text }) => text),
    table: (await api.get(PODS, { accept: TABLE })).text,
    watches: watches.map((text) => text()),
    creations: cluster.requests.list({ verb: 'create' }).map(({ at, name, uid, code }) => ({ at, name, uid, code })),
  }
}

interface Item {
  readonly metadata: { readonly resourceVersion: string }
}

function newestVersion(items: readonly Item[]): number {
  return Math.max(...items.map(({ metadata }) => Number(metadata.resourceVersion)))
}

/** What a watch has said so far, as it came. */
async function watchText({ access }: RawApi, path: string): Promise<() => string> {
  let text = ''
  const response = await rawStream(access, path)
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return () => text
}

describe('two clusters with the same clock and the same random numbers', () => {
  it('show the same, byte by byte, in lists, tables and watches', async () => {
    const first = await story()
    // The fifth run, after back-offs of 0, 10, 20 and 40 seconds.
    expect(first.lists[0]).toContain('"exitCode":3,"reason":"Error","startedAt":"2026-01-01T00:01:14Z"')
    expect(first.watches[0]?.split('\n').length).toBeGreaterThan(15)
    expect(first.creations).toHaveLength(4)
    expect(await story()).toEqual(first)
  })

  it('do so however often they are asked for something', async () => {
    expect(await story({ asksOften: true })).toEqual(await story())
  })

  it('differ with the seed', async () => {
    const [first, second] = [await story(), await story({ seed: 2 })]
    expect(second.creations.map(({ uid }) => uid)).not.toEqual(first.creations.map(({ uid }) => uid))
    expect(second.creations.map(({ at }) => at)).toEqual(first.creations.map(({ at }) => at))
  })
})

it("is driven by vitest's fake timers, too, without a clock of its own", async () => {
  vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'], now: Date.parse('2040-01-01T00:00:00Z') })
  onTestFinished(() => void vi.useRealTimers())
  await using cluster = await startDevCluster({ runtime: 'scripted' })
  using api = new RawApi(cluster.kubeconfig)
  const phase = async () => (await api.get<{ status: { phase: string } }>(`${PODS}/p`)).body.status.phase
  await api.post(PODS, pod({ 'script.davit/run-ms': '60000' }, { name: 'p' }))
  await vi.advanceTimersByTimeAsync(59_000)
  expect(await phase()).toBe('Running')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await phase()).toBe('Succeeded')
  expect((await api.get(`${PODS}/p`)).text).toContain('"finishedAt":"2040-01-01T00:01:00Z"')
})
