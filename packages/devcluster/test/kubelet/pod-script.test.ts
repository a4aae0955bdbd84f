import { describe, expect, it } from 'vitest'
import { isEndOf, PodScriptError, readScript, scriptedEnd } from '../../src/kubelet/pod-script.ts'
import type { Pod } from '../../src/types.ts'

const pod = (annotations: Record<string, string>, spec: Partial<NonNullable<Pod['spec']>> = {}): Pod => ({
  metadata: { name: 'p', annotations },
  spec: { containers: [{ name: 'base' }, { name: 'aside' }], ...spec },
})

describe('readScript', () => {
  it('has a default for everything', () => {
    expect(readScript(pod({}))).toEqual({
      runMs: 1000,
      exitCode: undefined,
      terminationMessage: '',
      log: undefined,
      end: undefined,
    })
  })

  it('reads an end, its message, and whose it is', () => {
    expect(readScript(pod({ 'script.davit/end': 'Evicted', 'script.davit/message': 'm' })).end).toMatchObject({
      by: 'node',
      word: 'Evicted',
      isInit: false,
      ending: { reason: 'Evicted', message: 'm', disruption: 'm' },
    })
    expect(readScript(pod({ 'script.davit/end': 'Init:OOMKilled' })).end).toEqual({
      by: 'exit',
      exitCode: 137,
      reason: 'OOMKilled',
      word: 'OOMKilled',
      isInit: true,
    })
  })

  it.each([
    ['script.davit/run-ms', 'soon'],
    ['script.davit/exit-code', '-1'],
    ['script.davit/end', 'oomkilled'],
    ['script.davit/end', 'constructor'],
    // No init container can be evicted.
    ['script.davit/end', 'Init:Evicted'],
  ])('refuses %s: %s', (name, text) => {
    const odd = pod({ [name]: text })
    expect(() => readScript(odd)).toThrow(PodScriptError)
    expect(() => readScript(odd)).toThrow(`annotation ${name}: `)
    expect(scriptedEnd(odd)).toBeUndefined()
  })
})

describe('isEndOf', () => {
  const initContainers = [{ name: 'proxy', restartPolicy: 'Always' }, { name: 'fetch' }, { name: 'after' }]

  it.each([
    ['Error', 'base'],
    ['Init:Error', 'fetch'],
  ])('%s is that of %s', (end, name) => {
    const scripted = pod({ 'script.davit/end': end }, { initContainers })
    const named = scriptedEnd(scripted)
    const all = [...initContainers, ...(scripted.spec?.containers ?? [])]
    expect(all.filter((container) => named && isEndOf(named, scripted, container)).map((one) => one.name)).toEqual([
      name,
    ])
  })
})
