import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sourceFile } from '../layout.ts'

/** The files of a kubelet's machine that are made from those beside this one, and where they go in its folder. */
const files: Readonly<Record<string, string>> = {
  'cni.conflist': 'cni/pods.conflist',
  'containerd.toml': 'containerd.toml',
  'kubelet.yaml': 'kubelet.yaml',
  'registries.toml': 'registries/_default/hosts.toml',
}

/** Writes the files, with the values in the place of `{{name}}`. */
export async function writeConfigFiles(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  for (const [source, target] of Object.entries(files)) {
    const template = await readFile(sourceFile(`node/${source}`), 'utf8')
    await mkdir(dirname(join(folder, target)), { recursive: true })
    await writeFile(join(folder, target), filled(template, values))
  }
}

/** @throws Error when a name in the template has no value */
export function filled(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`there is no value for {{${name}}}`)
    return value
  })
}
