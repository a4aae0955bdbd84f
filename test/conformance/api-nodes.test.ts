import type { Node } from 'kubernetes-types/core/v1.d.ts'
import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { notFound } from '../support/status-bodies.ts'

conformance('nodes', {}, (it) => {
  it('are ready, have an address and room', async ({ api }) => {
    const { status, body } = await api.get<{ kind: string; items: Node[] }>('/api/v1/nodes')
    expect([status, body.kind]).toEqual([200, 'NodeList'])
    const node = body.items[0]
    expect(node?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'True' }))
    expect(node?.status?.addresses).toContainEqual(expect.objectContaining({ type: 'InternalIP' }))
    for (const room of [node?.status?.capacity, node?.status?.allocatable]) {
      expect(room).toMatchObject({ cpu: expect.any(String), memory: expect.any(String), pods: expect.any(String) })
    }
  })

  it('are read by name', async ({ api }) => {
    const { body } = await api.get<{ items: Node[] }>('/api/v1/nodes')
    const { name, uid } = body.items[0]?.metadata ?? {}
    expect((await api.get(`/api/v1/nodes/${name}`)).body).toMatchObject({ kind: 'Node', metadata: { name, uid } })
    expect((await api.get('/api/v1/nodes/nope')).body).toEqual(notFound('nodes', 'nope'))
  })
})
