import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { sourceFile } from './layout.ts'

const files = readdirSync(sourceFile('kwok')).filter((name) => name.endsWith('.yaml'))
const text = (name: string) => readFileSync(sourceFile(`kwok/${name}`), 'utf8')

describe('kwok files', () => {
  it('allow some hundred pods at once: no parallelism is left at its default', () => {
    const options = text('options.yaml')
    for (const name of ['nodePlayStage', 'podPlayStage', 'nodeLease']) {
      const value = new RegExp(`^ {2}${name}Parallelism: (\\d+)$`, 'm').exec(options)?.[1]
      expect(Number(value), name).toBeGreaterThan(0)
    }
  })

  it.each(files.filter((name) => name !== 'options.yaml'))('%s is named after the file', (name) => {
    expect(/^ {2}name: (\S+)$/m.exec(text(name))?.[1]).toBe(name.replace('.yaml', ''))
  })

  it.each(files.filter((name) => name.startsWith('pod-') && text(name).includes('template: |')))(
    '%s changes only the pod that it was rendered for',
    (name) => {
      expect(text(name)).toContain('uid: {{ .metadata.uid | Quote }}')
    },
  )

  it('know the annotations of a script and no others', () => {
    const named = files.flatMap((name) => text(name).match(/script\.davit\/[a-z-]+/g) ?? [])
    expect([...new Set(named)].sort()).toEqual([
      'script.davit/end',
      'script.davit/exit-code',
      'script.davit/hold',
      'script.davit/message',
      'script.davit/run-ms',
      'script.davit/termination-message',
    ])
  })
})
