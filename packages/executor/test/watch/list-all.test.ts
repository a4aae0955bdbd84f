import { describe, expect, it } from 'vitest'
import type { PodView } from '../../src/kube/pod-view.ts'
import { listAll } from '../../src/watch/list-all.ts'
import { podOf, refused, ScriptedPods } from '../support/scripted-pods.ts'

const project = (pod: PodView) => pod.metadata?.name
const page = (names: string[], next?: string) => ({
  items: names.map((name) => podOf(name, 1)),
  resourceVersion: '100',
  ...(next === undefined ? {} : { continue: next }),
})

function asked(pods: ScriptedPods) {
  return pods.lists.map(({ limit, continue: token, resourceVersion }) => ({ limit, token, resourceVersion }))
}

describe('listAll', () => {
  it('follows the pages, 500 each', async () => {
    const pods = new ScriptedPods()
    pods.listAnswers.push(page(['a', 'b'], 'x'), page(['c'], 'y'), page(['d']))
    expect(await listAll(pods, 'ns', { project })).toEqual({ items: ['a', 'b', 'c', 'd'], resourceVersion: '100' })
    expect(asked(pods)).toEqual([
      { limit: 500, token: undefined, resourceVersion: undefined },
      { limit: 500, token: 'x', resourceVersion: undefined },
      { limit: 500, token: 'y', resourceVersion: undefined },
    ])
  })

  it('begins anew when a continue token expires, and keeps nothing of the pages before', async () => {
    const pods = new ScriptedPods()
    pods.listAnswers.push(page(['old'], 'x'), refused(410, 'Expired'), page(['a'], 'z'), page(['b']))
    expect(await listAll(pods, 'ns', { project })).toMatchObject({ items: ['a', 'b'] })
  })

  it('asks for everything at once when tokens expire twice', async () => {
    const pods = new ScriptedPods()
    pods.listAnswers.push(
      page(['a'], 'x'),
      refused(410, 'Expired'),
      page(['a'], 'y'),
      refused(410, 'Expired'),
      page(['a', 'b']),
    )
    expect(await listAll(pods, 'ns', { project })).toMatchObject({ items: ['a', 'b'] })
    expect(asked(pods).at(-1)).toEqual({ limit: undefined, token: undefined, resourceVersion: undefined })
  })

  it('rejects with any other refusal, and with a 410 that no token explains', async () => {
    const pods = new ScriptedPods()
    pods.listAnswers.push(page(['a'], 'x'), refused(403, 'Forbidden'), refused(410, 'Expired'))
    await expect(listAll(pods, 'ns', { project })).rejects.toMatchObject({ httpStatus: 403 })
    await expect(listAll(pods, 'ns', { project })).rejects.toMatchObject({ httpStatus: 410 })
  })
})
