import { describe, expect, it } from 'vitest'
import type { LoadedDag } from '../../src/dag/dag-spec.ts'
import { prepareRun } from '../../src/run/prepare-run.ts'
import type { TypedRunOptions } from '../../src/run/run-options.ts'
import { dagSpec } from '../support/dag-specs.ts'
import { tempFolder } from '../support/temp-folder.ts'

/** What is wrong with options for a DAG of one task, by path. */
async function problemsOf(kind: 'function' | 'container', typed: TypedRunOptions) {
  const dag: LoadedDag = { spec: dagSpec([{ taskId: 'a', kind }]), bundle: null, files: [], warnings: [], file: 'a.ts' }
  return prepareRun({ file: 'a.ts', typed, nowMs: 0, cwd: '/', env: {}, loadDag: async () => dag }).then(
    () => [],
    (error) => {
      expect(error).toMatchObject({ name: 'RunRefusedError', code: 'OPTION_INVALID' })
      return error.problems.map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`)
    },
  )
}

describe('prepareRun', () => {
  it('needs --task-api-url for function tasks on a cluster of one’s own', async () => {
    expect(await problemsOf('function', { context: 'mine' })).toEqual([
      expect.stringMatching(/^--task-api-url: needed/),
    ])
    expect(await problemsOf('function', { context: 'mine', taskApiUrl: 'https://a:1' })).toEqual([])
    expect(await problemsOf('container', { context: 'mine' })).toEqual([])
  })

  it.each([
    [{ taskApiListen: '0.0.0.0:8801' }, '--task-api-listen: the task API listens on every address'],
    [{ taskApiUrl: 'http://10.0.0.5:8801' }, '--task-api-url: http://10.0.0.5:8801 would carry secrets in the clear'],
    [{ taskApiListen: '10.0.0.5:1', taskApiUrl: 'http://a:1' }, '--task-api-url: the task API speaks TLS on 10.0.0.5'],
  ])('refuses %j before anything starts', async (typed, problem) => {
    expect(await problemsOf('function', typed)).toEqual([expect.stringContaining(problem)])
    expect(await problemsOf('container', typed)).toEqual([])
  })

  it('refuses a pod template that is not there, and one with a field that no pod has', async () => {
    expect(await problemsOf('container', { podTemplateFile: 'nowhere.yaml' })).toEqual([
      '--pod-template-file: the pod template does not exist',
    ])
    const folder = tempFolder({
      'pod.yaml': 'apiVersion: v1\nkind: Pod\nspec: { containers: [{ name: base }], nodeSelectors: {} }\n',
    })
    expect(await problemsOf('container', { podTemplateFile: `${folder}/pod.yaml` })).toEqual([
      'spec.nodeSelectors: unknown field (line 3)',
    ])
  })

  it('reports an address that is none once', async () => {
    expect(await problemsOf('function', { taskApiUrl: 'ftp://a' })).toHaveLength(1)
  })
})
