import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'

export interface PodTemplateOptions {
  /** The pod runs until it is deleted; otherwise it succeeds after a second. */
  readonly isHeld: boolean
}

/** Writes the template that all contenders of a run use; returns its path. */
export async function writePodTemplate(folder: string, { isHeld }: PodTemplateOptions): Promise<string> {
  const template = parse(await readFile(new URL('../pod-template.yaml', import.meta.url), 'utf8'))
  if (isHeld) template.metadata.labels = { hold: 'true' }
  const path = join(folder, 'pod-template.yaml')
  await writeFile(path, stringify(template))
  return path
}
