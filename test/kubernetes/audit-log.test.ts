import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parsePodRequest, podRequests } from './audit-log.ts'

const event = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/ns/pods?fieldValidation=Strict',
  verb: 'create',
  user: { username: 'admin' },
  userAgent: 'davit',
  objectRef: { resource: 'pods', namespace: 'ns', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 201 },
  requestObject: { kind: 'Pod', metadata: { generateName: 'a-' } },
  responseObject: { kind: 'Pod', metadata: { name: 'a-x1', uid: 'u1' } },
  requestReceivedTimestamp: '2026-01-01T00:00:00.000001Z',
  stageTimestamp: '2026-01-01T00:00:00.004002Z',
}
const line = (changes: object = {}) => JSON.stringify({ ...event, ...changes })

describe('parsePodRequest', () => {
  it('takes name and uid of a new pod from the answer', () => {
    expect(parsePodRequest(line())).toEqual({
      verb: 'create',
      subresource: null,
      namespace: 'ns',
      name: 'a-x1',
      uid: 'u1',
      code: 201,
      user: 'admin',
      userAgent: 'davit',
      isDryRun: false,
      uri: '/api/v1/namespaces/ns/pods?fieldValidation=Strict',
      receivedAt: '2026-01-01T00:00:00.000001Z',
      answeredAt: '2026-01-01T00:00:00.004002Z',
      requestObject: { kind: 'Pod', metadata: { generateName: 'a-' } },
    })
  })

  it('takes them from an answer of metadata alone, too', () => {
    const responseObject = { kind: 'PartialObjectMetadata', metadata: { name: 'a-x1', uid: 'u1' } }
    expect(parsePodRequest(line({ responseObject }))).toMatchObject({ name: 'a-x1', uid: 'u1' })
  })

  it('has no uid for a create that was refused', () => {
    const responseObject = { kind: 'Status', details: { uid: 'another' } }
    expect(parsePodRequest(line({ responseStatus: { code: 409 }, responseObject }))).toMatchObject({
      code: 409,
      uid: null,
    })
  })

  it('takes the uid of a delete from its precondition', () => {
    const request = parsePodRequest(
      line({
        verb: 'delete',
        objectRef: { resource: 'pods', namespace: 'ns', name: 'a' },
        requestObject: { kind: 'DeleteOptions', preconditions: { uid: 'u2' } },
        responseObject: undefined,
      }),
    )
    expect(request).toMatchObject({ verb: 'delete', name: 'a', uid: 'u2' })
  })

  it('knows a dry run and a subresource', () => {
    const objectRef = { resource: 'pods', subresource: 'eviction', namespace: 'ns', name: 'a' }
    const request = parsePodRequest(line({ objectRef, requestURI: '/api/v1/namespaces/ns/pods/a/eviction?dryRun=All' }))
    expect(request).toMatchObject({ subresource: 'eviction', isDryRun: true })
  })

  it('counts a watch once, when it began', () => {
    expect(parsePodRequest(line({ verb: 'watch', stage: 'ResponseStarted' }))).toMatchObject({ verb: 'watch' })
    expect(parsePodRequest(line({ verb: 'watch', stage: 'ResponseComplete' }))).toBeNull()
  })

  it('leaves out what is not about pods', () => {
    expect(parsePodRequest(line({ objectRef: { resource: 'events', namespace: 'ns' } }))).toBeNull()
    expect(parsePodRequest(line({ objectRef: { resource: 'pods', apiGroup: 'metrics.k8s.io' } }))).toBeNull()
    expect(parsePodRequest(line({ objectRef: undefined }))).toBeNull()
  })
})

describe('podRequests', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'davit-audit-test-'))
    file = join(folder, 'audit.log')
  })
  afterEach(async () => await rm(folder, { recursive: true }))

  const names = async () => {
    const found: (string | null)[] = []
    for await (const { name } of podRequests(file)) found.push(name)
    return found
  }
  const create = (name: string) => line({ responseObject: { kind: 'Pod', metadata: { name } } })

  it('yields whole lines only', async () => {
    const half = create('third')
    await writeFile(file, `${create('first')}\n${create('second')}\n${half.slice(0, 50)}`)
    expect(await names()).toEqual(['first', 'second'])
    await appendFile(file, `${half.slice(50)}\n`)
    expect(await names()).toEqual(['first', 'second', 'third'])
  })

  it('does not take a line for whole that only lacks its newline', async () => {
    await writeFile(file, create('first'))
    expect(await names()).toEqual([])
  })

  it('reads lines longer than one read', async () => {
    await writeFile(file, `${create('x'.repeat(300_000))}\n${create('last')}\n`)
    expect((await names()).map((name) => name?.length)).toEqual([300_000, 4])
  })
})
