import { expect, it } from 'vitest'
import { RawApi } from '../../../test/support/raw-api.ts'
import { rawStream } from '../../../test/support/raw-stream.ts'
import { startDevCluster } from '../src/index.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const COUNT = 300
const names = Array.from({ length: COUNT }, (_, index) => `map-${String(index).padStart(3, '0')}`)
const mapOf = (name: string) => ({ metadata: { name }, data: { text: 'ä'.repeat(40_000) } })

it('writes a list as it is read: of one moment, holding nobody up, whether it is read to its end or not', async () => {
  const errors: unknown[] = []
  await using cluster = await startDevCluster({ runtime: 'scripted', onInternalError: (error) => errors.push(error) })
  using api = new RawApi(cluster.kubeconfig)
  for (const name of names) await api.post(MAPS, mapOf(name))

  // Nobody reads these yet.
  const left = await rawStream(api.access, MAPS)
  const slow = await rawStream(api.access, MAPS)
  // What happens meanwhile is not in it.
  await api.delete(`${MAPS}/${names.at(-1)}`)
  await api.post(MAPS, mapOf('map-999'))
  left.destroy()

  const text = Buffer.concat(await slow.toArray()).toString()
  const list: { kind: string; items: { metadata: { name: string }; data?: { text?: string } }[] } = JSON.parse(text)
  expect(list.kind).toBe('ConfigMapList')
  const own = list.items.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt')
  expect(own.map(({ metadata }) => metadata.name)).toEqual(names)
  expect(own.every(({ data }) => data?.text?.length === 40_000)).toBe(true)
  expect((await api.get(`${MAPS}/map-999`)).status).toBe(200)
  expect(errors).toEqual([])
})
