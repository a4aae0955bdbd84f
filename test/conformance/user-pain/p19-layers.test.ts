import { constructPod, type Pod } from '@davit/executor'
import { describe, expect, it as plainly } from 'vitest'
import { withQuery } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { tablesOf } from '../../support/markdown-tables.ts'
import { type LayeredField, layeredFields } from '../../support/pod-layers.ts'
import type { RawApi } from '../../support/raw-api.ts'

const cases = layeredFields.map((field) => [field.title, field] as const)

const task = {
  dagId: 'layers',
  taskId: 'task',
  podId: 'layers',
  tryNumber: 1,
  runId: 'r',
  schedulerJobId: '1',
  namespace: 'default',
  kubeImage: 'busybox',
  airflowVersion: '0',
}

type Layers = Partial<Pick<LayeredField, 'template' | 'override' | 'patch'>>

const podOf = ({ template, override, patch }: Layers): Pod =>
  constructPod({
    ...task,
    baseWorkerPod: (template ?? null) as Pod | null,
    podOverrideObject: (override ?? null) as Pod | null,
    podPatch: patch ?? null,
  })

/** The field: of lists with names, the item of that name. */
function fieldOf(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, step) => {
    if (Array.isArray(at)) return at.find(({ name }) => name === step)
    return (at as Record<string, unknown> | undefined)?.[step]
  }, value)
}

const templates = (namespace: string, name = '') => `/api/v1/namespaces/${namespace}/podtemplates${name && `/${name}`}`

/** The field of the pod as the server answers it, with its defaults: a template of pods takes every change. */
async function asStored(api: RawApi, namespace: string, pod: Pod, path: readonly string[]): Promise<unknown> {
  const body = { metadata: { name: 'dry' }, template: { metadata: pod.metadata, spec: pod.spec } }
  const answer = await api.post<{ template?: unknown }>(withQuery(templates(namespace), { dryRun: 'All' }), body)
  expect(answer.status, answer.text).toBe(201)
  return fieldOf(answer.body.template, path)
}

/** The field as the server's own merge makes it; what is refused is told as such. */
async function asPatched(api: RawApi, namespace: string, pod: Pod, patch: object, path: readonly string[]) {
  const body = { metadata: { generateName: 'base-' }, template: { metadata: pod.metadata, spec: pod.spec } }
  const { body: stored } = await api.post<{ metadata: { name: string } }>(templates(namespace), body)
  const target = withQuery(templates(namespace, stored.metadata.name), { dryRun: 'All' })
  const answer = await api.patch<{ template?: unknown }>(target, 'strategic', { template: patch })
  return answer.status === 200 ? fieldOf(answer.body.template, path) : `refused: ${answer.status}`
}

describe('P19: layers of a pod', () => {
  plainly.each(cases)('P19: %s, through template, override and patch', (_, field) => {
    const { path, template, override, patch, merged, patched } = field
    expect(fieldOf(podOf({ template, override }), path)).toEqual(merged)
    expect(fieldOf(podOf({ template, override, patch }), path)).toEqual(patched)
  })

  plainly(
    'P19: every difference between an override and a patch is on the page, and each that is there is shown',
    () => {
      const rows = tablesOf('docs/reference/pods.md').get('Where an override differs from a patch') ?? []
      const shown = new Set(layeredFields.flatMap(({ differs }) => differs ?? []))
      expect([...shown].toSorted()).toEqual(rows.map(({ what }) => what).toSorted())
    },
  )
})

conformance('P19: layers of a pod', { needs: ['otherResources'] }, (it) => {
  it.for(cases)(
    'P19: %s: a patch is what the server makes of it, and an override where the page names no difference',
    async ([, field], { api, namespace }) => {
      const { path, template, override, patch, differs } = field
      const withOverride = podOf({ template, override })
      const ours = await asStored(api, namespace, podOf({ template, override, patch }), path)
      expect(ours).toEqual(await asPatched(api, namespace, withOverride, patch, path))
      const theirs = await asPatched(api, namespace, podOf({ template }), override, path)
      const merged = await asStored(api, namespace, withOverride, path)
      if (differs === undefined) expect(merged).toEqual(theirs)
      else expect(merged).not.toEqual(theirs)
    },
  )
})
