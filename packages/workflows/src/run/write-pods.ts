import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { annotationsToKey, datetimeToLabelSafeDatestring, type Pod } from '@davit/executor'
import { podYaml } from './render-pods.ts'

/** The folder in the one that was named. Airflow: `generate-dag-yaml`. */
const FOLDER = 'airflow_yaml_output'

/**
 * Writes each pod into a file of its own, under the name that Airflow gives it, `<dag>_<task>_<date label>.yml`; mapped
 * tasks have their index behind the task. Makes the folder, and writes over what an earlier run left.
 *
 * @param logicalDate ISO 8601
 * @param folder absolute
 * @returns the folder of the files, and their names in the pods' order
 */
export async function writePods(
  pods: readonly Pod[],
  { logicalDate, folder }: { readonly logicalDate: string; readonly folder: string },
): Promise<{ readonly folder: string; readonly files: readonly string[] }> {
  const target = resolve(folder, FOLDER)
  await mkdir(target, { recursive: true })
  const date = datetimeToLabelSafeDatestring(logicalDate)
  const files: string[] = []
  for (const pod of pods) {
    const key = annotationsToKey(pod.metadata?.annotations)
    if (key === null) throw new Error(`the pod ${pod.metadata?.name} does not tell its task`)
    const { dagId, taskId, mapIndex } = key
    const name = `${[dagId, taskId, ...(mapIndex < 0 ? [] : [mapIndex]), date].join('_')}.yml`
    await writeFile(join(target, name), podYaml(pod))
    files.push(name)
  }
  return { folder: target, files }
}
