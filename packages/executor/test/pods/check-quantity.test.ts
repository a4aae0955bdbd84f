import { expect, it } from 'vitest'
import { checkPod } from '../../src/pods/check-pod.ts'

const problemsOf = (cpu: unknown) =>
  checkPod({ spec: { containers: [{ name: 'base', resources: { limits: { cpu } } }] } }).map(
    ({ path, message }) => `${path}: ${message}`,
  )

it.each(['1', '1.', '.5', '0.25', '500m', '2Gi', '-1', '+3k', '1e3', '1E-3', '12E', '100n', '7u', 1, 0.5])(
  'takes the quantity %s',
  (quantity) => {
    expect(problemsOf(quantity)).toEqual([])
  },
)

it.each(['', ' 1', '1 Gi', '1cores', '2gi', '1KI', 'one', '1.2.3', '0x10', '1e', 'm'])(
  'names the field of the quantity "%s", which the server refuses without naming it',
  (quantity) => {
    expect(problemsOf(quantity)).toEqual([
      `spec.containers[0].resources.limits.cpu: must be a quantity such as 500m or 2Gi, not the text ${JSON.stringify(quantity)}`,
    ])
  },
)
