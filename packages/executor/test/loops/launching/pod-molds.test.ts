import { utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { resolveConfig } from '../../../src/config/resolve-config.ts'
import { PodMolds } from '../../../src/loops/launching/pod-molds.ts'
import type { Workload } from '../../../src/loops/workload.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const marks = { outcomeFinalizer: false, launchGate: false }
const workload: Workload = {
  key: { dagId: 'd', taskId: 't', runId: 'r', tryNumber: 1, mapIndex: -1 },
  args: ['work'],
  priority: 1,
  queue: null,
  podOverride: null,
  podTemplateFile: null,
  infrastructureRetries: 0,
  launchNumber: 1,
}
const withImage = (image: string): Workload => ({
  ...workload,
  podOverride: { spec: { containers: [{ name: 'base', image }] } },
})

describe('PodMolds', () => {
  it('keeps a mold for tasks that say the same of their pods', () => {
    const molds = new PodMolds(resolveConfig({}))
    const mold = molds.moldOf(withImage('a'), marks)
    expect(molds.moldOf({ ...withImage('a'), args: ['other work'] }, marks)).toBe(mold)
    for (const other of [
      withImage('b'),
      { ...withImage('a'), args: [] },
      { ...withImage('a'), podPatch: { spec: {} } },
    ])
      expect(molds.moldOf(other, marks)).not.toBe(mold)
    expect(molds.moldOf(withImage('a'), { ...marks, outcomeFinalizer: true })).not.toBe(mold)
  })

  it('makes it anew when the template has changed', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'pod.yaml')
    const write = (image: string, second: number) => {
      writeFileSync(file, `kind: Pod\nspec: { containers: [{ name: base, image: ${image} }] }\n`)
      utimesSync(file, second, second)
    }
    write('one', 1)
    const molds = new PodMolds(resolveConfig({ podTemplateFile: file }))
    const first = molds.moldOf(workload, marks)
    expect(molds.moldOf(workload, marks)).toBe(first)
    write('two', 2)
    const identity = { name: 'n', launchId: 'l', labels: {}, annotations: {} }
    expect(molds.moldOf(workload, marks).pod(identity, []).spec?.containers[0]?.image).toBe('two')
  })

  it('does not keep those of overrides without end', () => {
    const molds = new PodMolds(resolveConfig({}))
    const first = molds.moldOf(withImage('0'), marks)
    for (let index = 1; index < 200; index++) molds.moldOf(withImage(String(index)), marks)
    expect(molds.moldOf(withImage('0'), marks)).toBe(first)
    molds.moldOf(withImage('200'), marks)
    expect(molds.moldOf(withImage('0'), marks)).not.toBe(first)
  })
})
