import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PodTemplateError } from '../../src/errors.ts'
import { deserializeModelFile, getBasePodFromTemplate, PodTemplates } from '../../src/pods/pod-template-file.ts'

const pod = (image: string) => `kind: Pod\nspec: { containers: [{ name: base, image: ${image} }] }\n`
const imageOf = (read: ReturnType<PodTemplates['basePod']>) => read.spec?.containers[0]?.image

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pod-template-'))
  file = join(folder, 'pod.yaml')
  writeFileSync(file, pod('one'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('deserializeModelFile', () => {
  it('reads a file', () => {
    expect(deserializeModelFile(file)).toEqual({ kind: 'Pod', spec: { containers: [{ name: 'base', image: 'one' }] } })
  })

  it('names a file that it cannot read', () => {
    const missing = join(folder, 'missing.yaml')
    expect(() => deserializeModelFile(missing)).toThrow(
      new PodTemplateError([{ file: missing, path: null, message: 'the pod template does not exist' }]),
    )
    expect(() => deserializeModelFile(folder)).toThrow(
      new PodTemplateError([{ file: folder, path: null, message: 'the pod template is a folder' }]),
    )
  })
})

describe('getBasePodFromTemplate', () => {
  const config = () => ({ podTemplateFile: file, strictPodFields: true })

  it("prefers the task's template to the configured one", () => {
    const own = join(folder, 'own.yaml')
    writeFileSync(own, pod('own'))
    expect(imageOf(getBasePodFromTemplate(own, config()))).toBe('own')
    expect(imageOf(getBasePodFromTemplate(null, config()))).toBe('one')
    expect(imageOf(getBasePodFromTemplate('', config()))).toBe('one')
  })

  it('is a pod without anything where there is no template', () => {
    expect(getBasePodFromTemplate(undefined, { podTemplateFile: '', strictPodFields: true })).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {},
      spec: { containers: [] },
    })
  })

  it('does not take a missing file for an empty pod', () => {
    expect(() => getBasePodFromTemplate(join(folder, 'missing.yaml'), config())).toThrow(PodTemplateError)
  })

  it('passes over unknown fields where it is told to', () => {
    writeFileSync(file, `${pod('one')}extra: 1\n`)
    expect(() => getBasePodFromTemplate(null, config())).toThrow(`${file}:3: extra: unknown field`)
    expect(imageOf(getBasePodFromTemplate(null, { ...config(), strictPodFields: false }))).toBe('one')
  })
})

describe('PodTemplates', () => {
  it('reads a file again only when it has changed', () => {
    const templates = new PodTemplates({ podTemplateFile: file, strictPodFields: true })
    const past = new Date('2026-01-01T00:00:00Z')
    utimesSync(file, past, past)
    const first = templates.basePod()
    expect(imageOf(first)).toBe('one')
    expect(() => first.spec?.containers.pop()).toThrow(TypeError)
    expect(templates.basePod()).toBe(first)
    // The same size and time: nothing tells that it has changed.
    writeFileSync(file, pod('two'))
    utimesSync(file, past, past)
    expect(imageOf(templates.basePod())).toBe('one')
    utimesSync(file, past, new Date('2026-01-01T00:00:01Z'))
    expect(imageOf(templates.basePod())).toBe('two')
  })

  it('says it when a file is gone', () => {
    const templates = new PodTemplates({ podTemplateFile: file, strictPodFields: true })
    templates.basePod()
    rmSync(file)
    expect(() => templates.basePod()).toThrow(PodTemplateError)
  })
})
