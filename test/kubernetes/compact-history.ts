/**
 * Makes etcd forget every revision but the newest, so that older ones are gone for lists that continue.
 *
 * The API server's watch cache remembers on its own: a watch from an old version may still be served.
 */
export async function compactHistory(etcdUrl: string): Promise<void> {
  const { header } = (await etcd(etcdUrl, 'range', { key: btoa('compact_rev_key') })) as {
    header: { revision: string }
  }
  await etcd(etcdUrl, 'compaction', { revision: header.revision, physical: true })
}

async function etcd(etcdUrl: string, call: string, body: object): Promise<unknown> {
  const response = await fetch(`${etcdUrl}/v3/kv/${call}`, { method: 'POST', body: JSON.stringify(body) })
  const text = await response.text()
  if (!response.ok) throw new Error(`etcd refused ${call}: ${text}`)
  return JSON.parse(text)
}
