import { describe, expect, it } from 'vitest'
import * as errors from '../src/errors.ts'
import { ExecPluginError } from '../src/kube/exec-plugin-error.ts'
import { KubeApiError, KubeConfigError, KubeConnectionError } from '../src/kube/kube-errors.ts'

const problem = {
  file: 'pod.yaml',
  line: 3,
  path: 'spec.nodeNam',
  message: 'unknown field',
  hint: 'did you mean nodeName?',
}

const request = { method: 'GET', path: '/version' }
const thrown = [
  new errors.ArgumentError('no'),
  new errors.ConfigError([problem]),
  new errors.ExecutorConfigError([problem]),
  new errors.NamespaceNotWatchedError('other', ['a', 'b']),
  new errors.PodError([problem]),
  new errors.PodMutationHookError('no'),
  new errors.PodReconciliationError([problem]),
  new errors.PodTemplateError([problem]),
  new errors.ExecutorError('EXECUTOR_STATE', 'no'),
  new errors.ExecutorError('POD_NAME_TAKEN', 'no'),
  new errors.ExecutorError('WATCH_ERROR', 'no'),
  new ExecPluginError({ command: 'aws', reason: 'no', stderr: '' }),
  new KubeApiError({ ...request, httpStatus: 404, status: { kind: 'Status', apiVersion: 'v1' } }),
  new KubeConfigError([problem]),
  new KubeConnectionError({ ...request, kind: 'dns', server: 'https://a', reason: 'no', mayHaveArrived: false }),
]

describe('errors', () => {
  it('have the listed codes, one each', () => {
    expect(thrown.map(({ code }) => code).sort()).toEqual([...errors.errorCodes].sort())
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
