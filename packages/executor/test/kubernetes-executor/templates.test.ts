import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keyOf, startExecutor } from '../support/start-executor.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const good = 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - name: base\n      image: busybox\n'

/** Templates that are none, with the line and path that the failure is to name; null where there is none to name. */
const bad: [title: string, text: string | null, line: number | null, path: string | null, said: string][] = [
  ['missing', null, null, null, 'does not exist'],
  ['empty', '', null, null, 'is empty'],
  ['not YAML', 'kind: Pod\nspec: [\n', 3, null, ''],
  ['of another kind', 'apiVersion: v1\nkind: ConfigMap\ndata: {}\n', 2, 'kind', 'ConfigMap'],
  ['without containers', 'apiVersion: v1\nkind: Pod\nspec:\n  restartPolicy: Never\n', 3, 'spec', 'has no containers'],
]

describe.each([
  ['configured for all tasks', true],
  ['named by one task', false],
])('I8: a pod template %s', (_where, isConfigured) => {
  it.each(bad)('that is %s: its task fails with file, line and path, and the executor goes on', async (...row) => {
    const [title, text, line, path, said] = row
    using folder = temporaryFolder()
    const file = join(folder.path, `${title}.yaml`.replaceAll(' ', '-'))
    const goodFile = join(folder.path, 'good.yaml')
    writeFileSync(goodFile, good)
    if (text !== null) writeFileSync(file, text)
    const { executor, pods, events, settle } = await startExecutor({
      config: isConfigured ? { podTemplateFile: file } : {},
    })
    const executorConfig = isConfigured ? {} : { podTemplateFile: file }
    executor.queueWorkload({ key: keyOf('bad'), args: [], executorConfig })
    executor.queueWorkload({ key: keyOf('good'), args: [], executorConfig: { podTemplateFile: goodFile } })
    executor.heartbeat()
    await settle()
    const seen = events()
    expect(seen).toMatchObject({ bad: { state: 'failed', failure: { class: 'config' } }, good: { state: 'queued' } })
    const message = seen.bad?.failure?.message ?? ''
    expect(message).toContain(line === null ? file : `${file}:${line}`)
    if (path !== null) expect(message).toContain(path)
    expect(message).toContain(said)
    expect(pods.all().map(({ metadata }) => metadata?.annotations?.task_id)).toEqual(['good'])
    expect(executor.slotsOccupied).toBe(1)

    // Mended, it is read again: no restart is needed.
    if (isConfigured) {
      writeFileSync(file, good)
      executor.queueWorkload({ key: keyOf('later'), args: [] })
      executor.heartbeat()
      await settle()
      expect(pods.all()).toHaveLength(2)
    }
    await executor.end()
  })
})
