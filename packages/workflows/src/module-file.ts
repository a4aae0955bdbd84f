import { fileURLToPath } from 'node:url'

/**
 * The file of a module of ours, for a child process or a bundler: `.ts` in a checkout, `.js` in the published package.
 * @param base `import.meta.url` of the module that asks.
 * @param path relative, without extension.
 */
export function moduleFile(base: string, path: string): string {
  return fileURLToPath(new URL(`${path}${base.endsWith('.ts') ? '.ts' : '.js'}`, base))
}
