import { checkPodPatch, type Pod, strategicMerge } from '@davit/executor'
import fc from 'fast-check'
import { expect } from 'vitest'
import { withQuery } from '../../support/api-paths.ts'
import { conformance } from '../../support/conformance.ts'
import { patchedPod, podPatchArbitrary } from '../../support/pod-patch-arbitrary.ts'
import type { RawApi } from '../../support/raw-api.ts'

interface PodTemplate {
  readonly template: Pod
}

const RUNS = Number(process.env.RUNS ?? 300)
const SEED = Number(process.env.SEED ?? 19)

const path = (namespace: string, name = '') =>
  `/api/v1/namespaces/${namespace}/podtemplates${name === '' ? '' : `/${name}`}`

/**
 * Pods can hardly be changed, but templates of pods can, by the same merge: so a PodTemplate says what the server makes of
 * a patch. Both answers are dry runs of the same validation and defaults.
 */
async function serverAndOurs(api: RawApi, namespace: string, patch: object) {
  const query = { dryRun: 'All', fieldValidation: 'Strict' }
  const ours = { metadata: { name: 'ours' }, template: strategicMerge(patchedPod as Pod, patch) }
  const [server, mine] = await Promise.all([
    // Strictness would refuse what Kubernetes leaves of directives, which it ignores otherwise.
    api.patch<PodTemplate>(withQuery(path(namespace, 'base'), { dryRun: 'All' }), 'strategic', {
      template: patch,
    }),
    api.post<PodTemplate>(withQuery(path(namespace), query), ours),
  ])
  return {
    server: server.status === 200 ? server.body.template : causesOf(server.body),
    ours: mine.status === 201 ? mine.body.template : causesOf(mine.body),
    isValid: server.status === 200,
  }
}

function causesOf(status: unknown) {
  const { code, details, message } = status as {
    code: number
    message: string
    details?: { causes?: readonly { message: string; field: string }[] }
  }
  return { code, causes: details?.causes ?? message }
}

conformance('P19: podPatch', { needs: ['otherResources'] }, (it) => {
  it(`P19: makes of ${RUNS} random patches what the server makes of them`, async ({ api, namespace }) => {
    const created = await api.post(path(namespace), { metadata: { name: 'base' }, template: patchedPod })
    expect(created.status, created.text).toBe(201)
    let valid = 0
    await fc.assert(
      fc.asyncProperty(podPatchArbitrary, async (patch) => {
        expect(checkPodPatch(patch)).toEqual([])
        const answers = await serverAndOurs(api, namespace, patch)
        expect(answers.ours).toEqual(answers.server)
        if (answers.isValid) valid++
      }),
      { numRuns: RUNS, seed: SEED },
    )
    expect(valid).toBeGreaterThan(RUNS / 2)
  })
})
