import { expect, it } from 'vitest'
import { jobTerm, ownerTerm } from '../../../src/loops/tracking/selector-terms.ts'

it('selects the pods that name the job by label, those of the deployment by lease', () => {
  expect(ownerTerm({ adoption: 'label', deployment: 'prod' }, '7')).toBe('airflow-worker=7')
  expect(ownerTerm({ adoption: 'lease', deployment: 'prod' }, '7')).toBe('davit-deployment=prod')
})

it('names a job as the label on its pods does', () => {
  expect(jobTerm('host 1')).toMatch(/^airflow-worker=host1-[0-9a-f]{9}$/)
})
