import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { devclusterGaps } from '../support/devcluster-gaps.ts'

conformance('what the dev cluster lacks', { needs: ['scriptedPods'] }, (it, backend) => {
  it.for(devclusterGaps.map((gap) => [gap.missing, gap] as const))(
    '%s',
    async ([, gap], { api, backend: started, namespace }) => {
      const { nodeSelector } = started
      const row = backend.name === 'devcluster' ? 'devcluster' : 'kubernetes'
      expect(await gap.probe({ api, namespace, nodeSelector })).toBe(gap.seen[row])
    },
  )
})
