import { expect } from 'vitest'
import { podsPath } from '../support/api-paths.ts'
import { conformance } from '../support/conformance.ts'
import { unboundPod } from '../support/test-pod.ts'

conformance('create', {}, (it) => {
  it('answers 201 with the pod', async ({ api, namespace }) => {
    const answer = await api.post(podsPath(namespace), unboundPod('p'))
    expect(answer.status).toBe(201)
  })
})
