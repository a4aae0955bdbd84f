import { describe, expect, it } from 'vitest'
import * as errors from '../src/errors.ts'

const problem = {
  file: 'pod.yaml',
  line: 3,
  path: 'spec.nodeNam',
  message: 'unknown field',
  hint: 'did you mean nodeName?',
}

const thrown = [
  new errors.ArgumentError('no'),
  new errors.ConfigError([problem]),
  new errors.ExecutorConfigError([problem]),
  new errors.NamespaceNotWatchedError('other', ['a', 'b']),
  new errors.PodError([problem]),
  new errors.PodMutationHookError('no'),
  new errors.PodReconciliationError([problem]),
  new errors.PodTemplateError([problem]),
]

describe('errors', () => {
  it('have the listed codes, one each', () => {
    expect(thrown.map(({ code }) => code).sort()).toEqual([...errors.errorCodes])
    for (const error of thrown) {
      expect(error).toBeInstanceOf(errors.ExecutorError)
      expect(error.name).toBe(error.constructor.name)
    }
  })

  it('say each problem in one line, and keep the cause', () => {
    const cause = new Error('why')
    const error = new errors.PodTemplateError([problem, { file: null, path: null, message: 'is empty' }], { cause })
    expect(error.message).toBe('pod.yaml:3: spec.nodeNam: unknown field; did you mean nodeName?\nis empty')
    expect(error.problems).toHaveLength(2)
    expect(error.cause).toBe(cause)
  })

  it('name the namespaces that are watched', () => {
    expect(new errors.NamespaceNotWatchedError('other', ['a', 'b']).message).toBe(
      'metadata.namespace: "other" is not watched, so the pod\'s end would not be seen; watched: a, b',
    )
  })
})
