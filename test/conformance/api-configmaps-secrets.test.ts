import { expect } from 'vitest'
import { inNamespace } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { configKeyRule, subdomainRule } from '../support/name-rules.ts'
import { badRequest, type Cause, invalid } from '../support/status-bodies.ts'

interface Stored {
  readonly kind: string
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string }
  readonly data?: Readonly<Record<string, string>>
  readonly binaryData?: Readonly<Record<string, string>>
}

conformance('configmaps', {}, (it) => {
  it('live: create, read, replace, patch, list, delete', async ({ api, namespace }) => {
    const all = inNamespace(namespace, 'configmaps')
    const created = await api.post<Stored>(all, {
      metadata: { name: 'c' },
      data: { a: '1' },
      binaryData: { b: 'AA==' },
    })
    expect(created).toMatchObject({
      status: 201,
      body: { kind: 'ConfigMap', data: { a: '1' }, binaryData: { b: 'AA==' } },
    })
    expect((await api.get(`${all}/c`)).body).toEqual(created.body)
    const replaced = await api.put<Stored>(`${all}/c`, { ...created.body, data: { a: '2' } })
    expect(replaced.body.data).toEqual({ a: '2' })
    const patched = await api.patch<Stored>(`${all}/c`, 'merge', { data: { a: null, c: '3' }, binaryData: null })
    expect([patched.body.data, patched.body.binaryData]).toEqual([{ c: '3' }, undefined])
    const list = await api.get<{ kind: string; items: Stored[] }>(all)
    expect(list.body.kind).toBe('ConfigMapList')
    expect(list.body.items.filter(({ metadata }) => metadata.name === 'c')).toHaveLength(1)
    const deleted = await api.delete(`${all}/c`)
    expect(deleted.body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'c', kind: 'configmaps', uid: created.body.metadata.uid },
    })
    expect((await api.get(`${all}/c`)).status).toBe(404)
  })

  it.for<readonly [title: string, wrong: object, cause: Cause]>([
    [
      'a key with a space',
      { data: { 'a b': 'x' } },
      ['Invalid', 'data[a b]', `Invalid value: "a b": ${configKeyRule}`],
    ],
    [
      'a name in capitals',
      { metadata: { name: 'C' } },
      ['Invalid', 'metadata.name', `Invalid value: "C": ${subdomainRule}`],
    ],
    [
      'a key in both',
      { data: { a: 'x' }, binaryData: { a: 'AA==' } },
      ['Invalid', 'data[a]', 'Invalid value: "a": duplicate of key present in binaryData'],
    ],
  ])('refuse %s', async ([, wrong, cause], { api, namespace }) => {
    const object = { metadata: { name: 'c' }, ...wrong }
    const { body } = await api.post(inNamespace(namespace, 'configmaps'), object)
    expect(body).toEqual(invalid({ kind: 'ConfigMap', name: object.metadata.name }, cause))
  })

  it('do not change once they are immutable', async ({ api, namespace }) => {
    const all = inNamespace(namespace, 'configmaps')
    await api.post(all, { metadata: { name: 'c' }, data: { a: '1' }, immutable: true })
    const { body } = await api.patch(`${all}/c`, 'merge', { data: { a: '2' } })
    const cause: Cause = ['Forbidden', 'data', 'Forbidden: field is immutable when `immutable` is set']
    expect(body).toEqual(invalid({ kind: 'ConfigMap', name: 'c' }, cause))
  })
})

conformance('secrets', {}, (it) => {
  it('take text as stringData, and give it back encoded', async ({ api, namespace }) => {
    const secret = { metadata: { name: 's' }, data: { a: 'YQ==', b: 'Yg==' }, stringData: { a: 'x' } }
    const { status, body } = await api.post<Stored>(inNamespace(namespace, 'secrets'), secret)
    expect(status).toBe(201)
    expect(body).toMatchObject({ kind: 'Secret', type: 'Opaque' })
    expect(body.data).toEqual({ a: 'eA==', b: 'Yg==' })
    expect(body).not.toHaveProperty('stringData')
  })

  it('refuse what is no base64', async ({ api, namespace }) => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { a: '~' } }
    const { body } = await api.post(inNamespace(namespace, 'secrets'), secret)
    expect(body).toEqual(
      badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0'),
    )
  })

  it('keep their type', async ({ api, namespace }) => {
    const all = inNamespace(namespace, 'secrets')
    await api.post(all, { metadata: { name: 's' }, type: 'davit.test/mine' })
    const { body } = await api.patch(`${all}/s`, 'merge', { type: 'davit.test/other' })
    const cause: Cause = ['Invalid', 'type', 'Invalid value: "davit.test/other": field is immutable']
    expect(body).toEqual(invalid({ kind: 'Secret', name: 's' }, cause))
  })
})

conformance('service accounts', {}, (it) => {
  it('live: create, read, delete', async ({ api, namespace }) => {
    const all = inNamespace(namespace, 'serviceaccounts')
    const created = await api.post<Stored>(all, { metadata: { name: 'robot' } })
    expect([created.status, created.body.kind]).toEqual([201, 'ServiceAccount'])
    expect((await api.get(`${all}/robot`)).body).toEqual(created.body)
    // Unlike most kinds, the answer is the object.
    expect((await api.delete(`${all}/robot`)).body).toMatchObject({
      kind: 'ServiceAccount',
      metadata: { name: 'robot' },
    })
    expect((await api.get(`${all}/robot`)).status).toBe(404)
  })
})
