import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import { conformance } from '../support/conformance.ts'
import { createdPods } from '../support/created-pods.ts'
import { davitOn } from '../support/davit-on.ts'
import { type RunJson, runDavit } from '../support/run-davit.ts'

const demo = fileURLToPath(new URL('../../examples/demo/air-travel.ts', import.meta.url))

/** What of a run is the same wherever it runs: what each task became, at which try, and its result; a line for each. */
function comparable({ dagId, state, tasks }: RunJson): string {
  const lines = tasks.map((task) =>
    JSON.stringify([task.taskId, task.mapIndex, task.state, task.tryNumber, task.result ?? null]),
  )
  return `${[JSON.stringify([dagId, state]), ...lines].join('\n')}\n`
}

conformance('the demo workflow', { runtime: 'process', needs: ['requestLog'] }, (it) => {
  it('has the same results everywhere, each try in one pod', { timeout: 180_000 }, async ({ backend, namespace }) => {
    await using site = await davitOn(backend, namespace)
    const { exitCode, json, stderr } = await runDavit(['run', demo, ...site.options, '--json'], { cwd: site.cwd })
    expect(exitCode, stderr).toBe(0)
    // The numbers themselves are proved by a second computation, in test/demo.test.ts.
    await expect(comparable(json)).toMatchFileSnapshot('testdata/air-travel.jsonl')

    const tries = json.tasks.reduce((sum, { tryNumber }) => sum + tryNumber, 0)
    const created = (await createdPods(backend, namespace, tries)).map(({ name }) => name)
    expect([created.length, new Set(created).size]).toEqual([tries, tries])
    expect(created).toEqual(expect.arrayContaining(json.tasks.map(({ podName }) => podName)))
  })
})
